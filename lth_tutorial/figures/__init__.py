"""The book's pictures: drawing functions that turn a chapter's numbers into figures.

A chapter's module computes and never plots; its pictures live here, one module a chapter, so that
tests reach them and notebooks only call them.
"""
