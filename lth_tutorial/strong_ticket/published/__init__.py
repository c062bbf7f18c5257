"""Chapter 6 at paper size: runs, the source's table, and claims about them."""
