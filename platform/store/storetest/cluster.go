//go:build unix

package storetest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"rekindle/platform/store"
)

// server is a running PostgreSQL. One that we started has a template database in which every table has been made, because
// copying it is much quicker than making them again for each test, and one copy is always made ahead.
type server struct {
	admin   *url.URL
	copying string // what follows CREATE DATABASE name; empty on a given server, where nothing may be left behind
	ahead   chan created
	count   atomic.Int64
}

type created struct {
	name string
	err  error
}

var cluster = sync.OnceValues(func() (*server, error) {
	address := given()
	if address == "" {
		var err error
		if address, err = start(); err != nil {
			return nil, err
		}
	}
	admin, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	c := &server{admin: admin}
	if given() != "" {
		return c, nil
	}
	const template = "rekindle_test"
	if err := c.command("CREATE DATABASE " + template); err != nil {
		return nil, err
	}
	s, err := store.Open(context.Background(), store.Options{URL: c.url(template)})
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil { // nobody may be connected while it is copied
		return nil, err
	}
	c.copying = " TEMPLATE " + template
	if newest, err := c.version(); err != nil {
		return nil, err
	} else if newest >= 15_00_00 { // since then there are two ways, and the newer one is slower for this
		c.copying += " STRATEGY FILE_COPY"
	}
	c.ahead = make(chan created, 1)
	go func() {
		for {
			c.ahead <- c.make()
		}
	}()
	return c, nil
})

func (c *server) url(database string) string {
	u := *c.admin
	u.Path = "/" + database
	return u.String()
}

func (c *server) make() created {
	name := fmt.Sprintf("rekindle_test_%d_%d", os.Getpid(), c.count.Add(1))
	return created{name, c.command("CREATE DATABASE " + name + c.copying)}
}

func (c *server) create() (string, error) {
	var made created
	if c.ahead != nil {
		made = <-c.ahead
	} else {
		made = c.make()
	}
	return made.name, made.err
}

func (c *server) drop(name string) error { return c.command("DROP DATABASE " + name + " WITH (FORCE)") }

func (c *server) version() (number int, err error) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, c.admin.String())
	if err != nil {
		return 0, err
	}
	defer conn.Close(ctx)
	err = conn.QueryRow(ctx, "SELECT current_setting('server_version_num')::int").Scan(&number)
	return number, err
}

func (c *server) command(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.admin.String())
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}

// start makes and runs a server in a temporary folder, reachable through a socket in it and by nothing else. It ends
// with this process (see startServer); what an earlier process left behind is removed first.
func start() (address string, err error) {
	bin, err := binaries()
	if err != nil {
		return "", err
	}
	removeStale()
	dir, err := os.MkdirTemp("", folder)
	if err != nil {
		return "", err
	}
	held, err := hold(dir)
	if err != nil {
		return "", err
	}
	who, attributes, err := unprivileged()
	if err != nil {
		return "", err
	}
	if attributes.Credential != nil {
		if err := os.Chown(dir, int(attributes.Credential.Uid), int(attributes.Credential.Gid)); err != nil {
			return "", err
		}
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", "--username=postgres", "-D", data)
	initdb.Dir, initdb.SysProcAttr = dir, attributes
	if out, err := initdb.CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb as %s: %w\n%s", who, err, out)
	}
	postgres := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off",
		"-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "max_connections=200", "-c", "shared_buffers=32MB",
		"-c", "max_wal_size=256MB", "-c", "autovacuum=off")
	postgres.Dir, postgres.SysProcAttr = dir, attributes
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return "", err
	}
	postgres.Stdout, postgres.Stderr = log, log
	postgres.ExtraFiles = []*os.File{held} // the server has the lock too, for as long as it lives
	ended, err := startServer(postgres)
	if err != nil {
		return "", err
	}
	address = (&url.URL{Scheme: "postgres", User: url.User("postgres"), Host: "", Path: "/postgres", RawQuery: url.Values{"host": {dir}}.Encode()}).String()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		conn, err := pgx.Connect(context.Background(), address)
		if err == nil {
			return address, conn.Close(context.Background())
		}
		select {
		case exit := <-ended:
			text, _ := os.ReadFile(log.Name())
			return "", fmt.Errorf("the server ended: %w\n%s", exit, text)
		default:
		}
		if time.Now().After(deadline) {
			return "", err
		}
	}
}

const folder = "rekindle-postgres-"

// binaries finds initdb and postgres: the newest of Debian's versions, or on the path.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		newest := slices.MaxFunc(found, func(a, b string) int { return packaged(a) - packaged(b) })
		return filepath.Dir(newest), nil
	}
	if initdb, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(initdb), nil
	}
	return "", errors.New("it is not installed: run the tests with 'make test', which installs it, or name a server in REKINDLE_TEST_POSTGRES")
}

// packaged gives the version in the name of a Debian folder.
func packaged(initdb string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb)))) // a name that is no number sorts first
	return n
}

// unprivileged says as whom the server runs: ourselves, or the user postgres if we are root, which initdb refuses.
func unprivileged() (name string, attributes *syscall.SysProcAttr, err error) {
	attributes = new(syscall.SysProcAttr)
	if os.Getuid() != 0 {
		return "this user", attributes, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return "", nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return "", nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return "", nil, err
	}
	attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return u.Username, attributes, nil
}

// hold locks the folder until the file is closed by everybody who has it open, so that others know it is in use.
func hold(dir string) (*os.File, error) {
	file, err := os.Create(filepath.Join(dir, "held"))
	if err != nil {
		return nil, err
	}
	return file, syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

func removeStale() {
	dirs, _ := filepath.Glob(filepath.Join(os.TempDir(), folder+"*")) // the pattern is well formed
	for _, dir := range dirs {
		file, err := os.Open(filepath.Join(dir, "held"))
		if err != nil {
			continue // just being made, or somebody else's
		}
		if syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			os.RemoveAll(dir)
		}
		file.Close()
	}
}
