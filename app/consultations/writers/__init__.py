"""Writing documents: the statutory table and the certificate as DOCX and XLSX.

Pure: plain data in, bytes out.
"""
