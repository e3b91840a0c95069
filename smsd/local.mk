# smsd
