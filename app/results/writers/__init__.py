"""The statutory table and the certificate as Word and Excel files."""
