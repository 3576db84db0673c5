package cli

// randomizationCommand has the commands that need no act: planning before a trial, proof after it.
type randomizationCommand struct {
	Simulate simulateCommand `cmd:"" help:"Show what a protocol's design of allocation will do. Example: rekindle randomization simulate protocols/kiser2024.toml"`
}
