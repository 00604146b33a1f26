module bootstrap

go 1.20
