package cli

// randomizationCommand has what is asked of randomization before a trial, and what is proved after it. In between there is no command: the
// draws follow from the acts, and nobody can look ahead.
type randomizationCommand struct {
	Prove    proveCommand    `cmd:"" help:"Confirm every allocation of a closed trial from its revealed seed. Example: rekindle randomization prove rekindle-demo"`
	Simulate simulateCommand `cmd:"" help:"Show what a protocol's design of allocation will do. Example: rekindle randomization simulate protocols/kiser2024.toml"`
}
