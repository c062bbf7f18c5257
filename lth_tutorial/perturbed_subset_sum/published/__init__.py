"""Chapter 2 at paper size: runs, and what the stored results say of the claims."""
