"""One file per data set: how it is read into golden questions and articles to index."""
