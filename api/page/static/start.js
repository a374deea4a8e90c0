// Starts a page: loads the module of each element that names one, and opens the door where a key is needed.

import { watchCards } from "./citing.js";
import { guardLinks, openLocked } from "./doors.js";
import { enhanceAll } from "./enhancing.js";

document.documentElement.classList.add("scripted");
watchCards();
guardLinks();
await enhanceAll(document);
document.documentElement.classList.add("started");
await openLocked();
