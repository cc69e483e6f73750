module example.org/demo

go 1.24

require (
	golang.org/x/net v0.17.0
	golang.org/x/text v0.14.0
)
