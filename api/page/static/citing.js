// Makes cards of citations behave: Escape closes one, and on a touch screen the first tap opens it, the second follows it.

export function watchCards() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const cited of document.querySelectorAll(".cited:hover, .cited:focus-within, .cited.open")) {
      cited.classList.add("closed");
      cited.classList.remove("open");
    }
  });
  for (const leaving of ["pointerout", "focusout"]) {
    document.addEventListener(leaving, (event) => {
      const cited = event.target.closest?.(".cited");
      if (cited && !cited.contains(event.relatedTarget)) cited.classList.remove("closed");
    });
  }
  let touched = false;
  document.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch";
    if (!touched) return;
    for (const other of document.querySelectorAll(".cited.open")) {
      if (!other.contains(event.target)) other.classList.remove("open");
    }
  });
  document.addEventListener(
    "click",
    (event) => {
      const cited = event.target.closest?.(".cited");
      if (!touched || !cited || !event.target.closest("a") || cited.classList.contains("open")) return;
      event.preventDefault();
      cited.classList.add("open");
    },
    { capture: true },
  );
}
