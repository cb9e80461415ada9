"""Captions beside images, in every table and dialect: read, matched, written."""
