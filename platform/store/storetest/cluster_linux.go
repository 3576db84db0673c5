package storetest

import (
	"os/exec"
	"runtime"
	"syscall"
)

// startServer starts the server such that it ends with this process, however that ends. The system signals when the
// thread that started it ends, so one thread is kept for this.
func startServer(postgres *exec.Cmd) (ended <-chan error, err error) {
	postgres.SysProcAttr.Pdeathsig = syscall.SIGQUIT // PostgreSQL's immediate shutdown
	started, exit := make(chan error), make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		err := postgres.Start()
		started <- err
		if err == nil {
			exit <- postgres.Wait()
		}
	}()
	return exit, <-started
}
