"""Chapter 4 at paper size: runs, tables, and what the stored results say of the claims."""
