# web-cgi
