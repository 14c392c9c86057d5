module goencode

go 1.25.0
