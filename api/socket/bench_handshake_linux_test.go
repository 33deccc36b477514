package socket

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"notewire/api/socket/sockettest"
)

// BenchmarkHandshake connects clients, one after the other, and reports the CPU
// of the process for each: net/http's part, the transport's, and the clients',
// who make four system calls.
func BenchmarkHandshake(b *testing.B) {
	tr := newTestTransport(b, Limits{})
	accepted := make(chan struct{})
	var serving sync.WaitGroup
	mux := http.NewServeMux()
	mux.HandleFunc("/somewhere", func(w http.ResponseWriter, r *http.Request) {
		s := new(Socket)
		if err := tr.gateway.Admit(s, silent{&serving}, netip.IPv6Loopback()); err != nil {
			b.Error(err)
		}
		if err := tr.upgrade(s, w, r); err != nil {
			b.Error(err)
		}
		serving.Add(1)
		s.Serve()
		accepted <- struct{}{}
	})
	srv := httptest.NewUnstartedServer(WithoutRedirects(mux))
	srv.Config.ReadHeaderTimeout = 10 * time.Second
	srv.Start()
	defer srv.Close()
	addr, ok := srv.Listener.Addr().(*net.TCPAddr)
	if !ok {
		b.Fatal("not TCP")
	}
	sa := &unix.SockaddrInet4{Port: addr.Port}
	copy(sa.Addr[:], addr.IP.To4())
	request := []byte(sockettest.Request("/somewhere?i=0123456789abcdef", "Origin: https://x.example\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"))
	var open []int
	usage := func() time.Duration {
		var ru unix.Rusage
		if err := unix.Getrusage(unix.RUSAGE_SELF, &ru); err != nil {
			b.Fatal(err)
		}
		return time.Duration(ru.Utime.Nano() + ru.Stime.Nano())
	}
	b.ReportAllocs()
	began := usage()
	for b.Loop() {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
		if err != nil {
			b.Fatal(err)
		}
		if err := unix.Connect(fd, sa); err != nil {
			b.Fatal(err)
		}
		if _, err := unix.Write(fd, request); err != nil {
			b.Fatal(err)
		}
		<-accepted
		if open = append(open, fd); len(open) == 1000 {
			b.StopTimer()
			for _, fd := range open {
				_ = unix.Close(fd)
			}
			open = open[:0]
			serving.Wait()
			b.StartTimer()
		}
	}
	b.ReportMetric(float64((usage()-began).Microseconds())/float64(b.N), "cpu-µs/connect")
	for _, fd := range open {
		_ = unix.Close(fd)
	}
	serving.Wait()
}
