// Command rekindle runs a physician peer-coaching programme as a randomized trial.
package main

import (
	"context"
	"os"

	"rekindle/cli"
)

func main() {
	os.Exit(cli.Run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
