"""Chapter 5 at paper size: runs, summaries, tables, pictures, and claims about them."""
