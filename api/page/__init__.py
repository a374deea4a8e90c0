"""The pages for readers: templates, the files they load, and what turns answers and articles into them."""
