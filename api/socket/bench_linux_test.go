package socket

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"notewire/api/socket/sockettest"
	"notewire/protocol/wire"
)

// peers connects n clients that cost this process nothing but a descriptor, and
// returns the sockets with the clients' descriptors, and what ends them.
func peers(b *testing.B, n int) (sockets []*Socket, clients []int, end func()) {
	b.Helper()
	tr := newTestTransport(b, Limits{})
	accepted := make(chan *Socket)
	var serving sync.WaitGroup
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := new(Socket)
		if err := tr.gateway.Admit(s, silent{&serving}, netip.IPv6Loopback()); err != nil {
			b.Error(err)
		}
		if err := tr.upgrade(s, w, r); err != nil {
			b.Errorf("upgrading: %v", err)
			return
		}
		serving.Add(1)
		s.Serve()
		accepted <- s
	}))
	addr := srv.Listener.Addr().(*net.TCPAddr)
	sa := &unix.SockaddrInet4{Port: addr.Port}
	copy(sa.Addr[:], addr.IP.To4())
	for range n {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
		if err != nil {
			b.Fatal(err)
		}
		if err := unix.Connect(fd, sa); err != nil {
			b.Fatal(err)
		}
		if _, err := unix.Write(fd, []byte(sockettest.Request("/somewhere", ""))); err != nil {
			b.Fatal(err)
		}
		sockets = append(sockets, <-accepted)
		drainClient(b, fd)
		clients = append(clients, fd)
	}
	return sockets, clients, func() {
		for _, fd := range clients {
			_ = unix.Close(fd)
		}
		tr.stop()
		serving.Wait()
		tr.poller.wait()
		srv.Close()
	}
}

// silent is a handler that says nothing.
type silent struct{ serving *sync.WaitGroup }

func (silent) OnMessage([]byte)    {}
func (o silent) OnEnd(CloseReason) { o.serving.Done() }

// drainClient reads what a client's descriptor has, at least something.
func drainClient(b *testing.B, fd int) {
	b.Helper()
	var buf [64 << 10]byte
	if _, err := unix.Read(fd, buf[:]); err != nil {
		b.Fatal(err)
	}
}

// cpu is the CPU time of the calling thread, the kernel's part included.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var ru unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &ru); err != nil {
		b.Fatal(err)
	}
	return time.Duration(ru.Utime.Nano() + ru.Stime.Nano())
}

// BenchmarkFanOut sends one shared frame to 1,000 TCP connections per round and
// compares the sender's CPU with that of a plain write(2) to each, taken in
// turns in the same run.
func BenchmarkFanOut(b *testing.B) {
	const n = 1000
	for _, size := range []int{200, 1500} {
		b.Run(fmt.Sprintf("%dB", size), func(b *testing.B) {
			sockets, clients, end := peers(b, n)
			defer end()
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			f := wire.NewFrame(0, make([]byte, size))
			plainWrite := make([]func(), n)
			for i, s := range sockets {
				// As in a program that does nothing else: the bare descriptor.
				fd := int(s.fd)
				plainWrite[i] = func() {
					if _, err := unix.Write(fd, f.Bytes()); err != nil {
						b.Fatal(err)
					}
				}
			}
			var ours, bare time.Duration
			rounds := 0
			round := func(send func(i int)) time.Duration {
				at := cpu(b)
				for i := range n {
					send(i)
				}
				took := cpu(b) - at
				for _, fd := range clients {
					drainClient(b, fd)
				}
				return took
			}
			send := func(i int) { sockets[i].Send(f, nil) }
			write := func(i int) { plainWrite[i]() }
			for b.Loop() {
				// Both orders, so that neither always finds the caches warm.
				ours += round(send)
				bare += round(write) + round(write)
				ours += round(send)
				rounds += 2
			}
			frames := float64(rounds * n)
			b.ReportMetric(float64(ours.Nanoseconds())/frames, "cpu-ns/frame")
			b.ReportMetric(float64(bare.Nanoseconds())/frames, "bare-ns/frame")
			b.ReportMetric(float64(ours)/float64(bare), "ratio")
		})
	}
}

// BenchmarkQueued sends bursts to connections that take nothing at first, so
// that all goes through the queue and the draining goroutine.
func BenchmarkQueued(b *testing.B) {
	const n, burst = 100, 32
	sockets, clients, end := peers(b, n)
	defer end()
	f := wire.NewFrame(0, make([]byte, 1000))
	for b.Loop() {
		for _, s := range sockets {
			s.mu.Lock()
			s.writerHeld = true // as if somebody were writing
			s.mu.Unlock()
			for range burst {
				s.Send(f, nil)
			}
			s.writeQueue()
		}
		b.StopTimer()
		for _, fd := range clients {
			drainClient(b, fd)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n*burst), "ns/frame")
}

// BenchmarkIdleMemory reports what one idle connection holds.
func BenchmarkIdleMemory(b *testing.B) {
	const n = 2000
	for b.Loop() {
		before := memory(b)
		sockets, _, end := peers(b, n)
		time.Sleep(100 * time.Millisecond) // net/http lets go of its part
		after := memory(b)
		for i, what := range []string{"heap-B/conn", "stack-B/conn", "rss-B/conn"} {
			b.ReportMetric(float64(after[i]-before[i])/n, what)
		}
		runtime.KeepAlive(sockets)
		end()
	}
}

// memory is the heap in use, the stacks, and the resident set, in bytes.
func memory(b *testing.B) [3]int64 {
	b.Helper()
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Fatal(err)
	}
	var pages int64
	if _, err := fmt.Sscan(strings.Fields(string(raw))[1], &pages); err != nil {
		b.Fatal(err)
	}
	return [3]int64{int64(m.HeapAlloc), int64(m.StackInuse), pages * int64(os.Getpagesize())}
}

// BenchmarkGather sends ten frames to each of 100 connections, as a shard does
// with ten events: by one system call a connection.
func BenchmarkGather(b *testing.B) {
	const n, frames = 100, 10
	sockets, clients, end := peers(b, n)
	defer end()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	f := wire.NewFrame(0, make([]byte, 1000))
	var used time.Duration
	rounds := 0
	b.ReportAllocs()
	for b.Loop() {
		at := cpu(b)
		for range frames {
			for _, s := range sockets {
				s.Gather(f, nil)
			}
		}
		for _, s := range sockets {
			s.Flush()
		}
		used += cpu(b) - at
		rounds++
		for _, fd := range clients {
			drainClient(b, fd)
		}
	}
	b.ReportMetric(float64(used.Nanoseconds())/float64(rounds*n*frames), "cpu-ns/frame")
}
