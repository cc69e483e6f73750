package probe

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
)

// The protocol versions as they stand on the wire.
const (
	ssl30 uint16 = 0x0300
	tls10 uint16 = 0x0301
	tls11 uint16 = 0x0302
	tls12 uint16 = 0x0303
	tls13 uint16 = 0x0304
)

func versionName(v uint16) string {
	names := map[uint16]string{ssl30: "SSL 3.0", tls10: "TLS 1.0", tls11: "TLS 1.1", tls12: "TLS 1.2", tls13: "TLS 1.3"}
	if n := names[v]; n != "" {
		return n
	}
	return fmt.Sprintf("version %#04x", v)
}

// offered are the cipher suites of the hello for versions up to TLS 1.2: everything
// that servers still have, modern ones first, with the GOST suites of the guide and the
// weak ones of old servers, because a refusal must be about the version.
func offered(version uint16) []uint16 {
	if version == tls13 {
		return []uint16{0x1301, 0x1302, 0x1303, 0x1304, 0xC103, 0xC104, 0xC105, 0xC106}
	}
	list := []uint16{
		0xC02B, 0xC02C, 0xC02F, 0xC030, 0xCCA8, 0xCCA9, 0xCCAA, 0x009E, 0x009F, 0xC023, 0xC024, 0xC027, 0xC028, 0xC009, 0xC00A, 0xC013, 0xC014,
		0x0067, 0x006B, 0x0033, 0x0039, 0xC100, 0xC101, 0xC102, 0xFF85, 0x0081, 0x00FF,
	}
	for _, g := range groups() {
		list = append(list, g.suites...)
	}
	return list
}

// clientHello encodes one record with a ClientHello for exactly one version (RFC 8446,
// RFC 5246, RFC 6101) and the given suites. The handshake is never finished, so the key
// share is noise.
func clientHello(version uint16, suites []uint16, host string) []byte {
	random := make([]byte, 96)
	_, _ = rand.Read(random) // crypto/rand never returns an error
	legacy := min(version, tls12)
	body := binary.BigEndian.AppendUint16(nil, legacy)
	body = append(body, random[:32]...)
	if version == tls13 {
		body = append(append(body, 32), random[32:64]...)
	} else {
		body = append(body, 0)
	}
	body = append(body, block(uint16s(suites))...)
	body = append(body, 1, 0)
	if version > ssl30 {
		body = append(body, block(extensions(version, host, random[64:]))...)
	}
	message := append([]byte{1, 0, byte(len(body) >> 8), byte(len(body))}, body...)
	record := binary.BigEndian.AppendUint16([]byte{22}, min(version, tls10))
	return append(record, block(message)...)
}

// block puts a two-byte length before data.
func block(data []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(data))), data...)
}

func uint16s(list []uint16) []byte {
	var b []byte
	for _, n := range list {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	return b
}

func extensions(version uint16, host string, share []byte) []byte {
	var b []byte
	add := func(id uint16, data []byte) {
		b = append(binary.BigEndian.AppendUint16(b, id), block(data)...)
	}
	if net.ParseIP(host) == nil && host != "" && len(host) < 256 {
		add(0, block(append([]byte{0}, block([]byte(host))...)))
	}
	add(10, block(uint16s([]uint16{0x001D, 0x0017, 0x0018, 0x0019})))
	add(11, []byte{1, 0})
	if version >= tls12 {
		add(13, block(uint16s([]uint16{0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0807, 0x0401, 0x0501, 0x0601, 0x0201, 0x0203, 0x0709, 0x070A, 0xEEEE, 0xEFEF})))
	}
	if version == tls13 {
		add(43, []byte{2, 3, 4})
		add(45, []byte{1, 1})
		add(51, block(append([]byte{0, 0x1D}, block(share)...)))
	}
	return b
}

// kind says what came back to a hello.
type kind int

const (
	notTLS kind = iota
	greeting
	alert
)

// answer is the first thing that a server says to a hello.
type answer struct {
	kind kind
	// version and cipher are those of a ServerHello.
	version, cipher uint16
	// alert is the code of an alert (RFC 8446, section 6).
	alert byte
	// text is the beginning of an answer that is not TLS.
	text []byte
}

// maxHandshake bounds how much of an answer is read, in bytes.
const maxHandshake = 16 << 10

var errHello = errors.New("the ServerHello is malformed")

// readAnswer reads records until an alert or a whole ServerHello has come.
func readAnswer(r io.Reader) (answer, error) {
	var handshake []byte
	for len(handshake) <= maxHandshake {
		kind, data, err := readRecord(r)
		if err != nil {
			return answer{}, err
		}
		switch {
		case kind == 21 && len(data) >= 2:
			return answer{kind: alert, alert: data[1]}, nil
		case kind == 22:
			handshake = append(handshake, data...)
		default:
			return answer{text: data}, nil
		}
		if len(data) == 0 {
			return answer{}, errHello
		}
		if len(handshake) < 4 {
			continue
		}
		if n := int(handshake[1])<<16 | int(handshake[2])<<8 | int(handshake[3]); len(handshake) >= 4+n {
			return parseServerHello(handshake[0], handshake[4:4+n])
		}
	}
	return answer{}, fmt.Errorf("the first handshake message is longer than %d bytes", maxHandshake)
}

// readRecord reads one record. What does not look like one comes back as type 0 with
// the bytes that were read.
func readRecord(r io.Reader) (kind byte, data []byte, err error) {
	head := make([]byte, 5)
	if n, err := io.ReadFull(r, head); err != nil {
		if n > 0 && head[0] != 21 && head[0] != 22 {
			return 0, head[:n], nil
		}
		return 0, nil, err
	}
	if head[0] < 20 || head[0] > 24 || head[1] != 3 {
		return 0, head, nil
	}
	n := int(binary.BigEndian.Uint16(head[3:]))
	if n > maxHandshake+2048 {
		return 0, nil, fmt.Errorf("a record of %d bytes is longer than TLS allows", n)
	}
	data = make([]byte, n)
	_, err = io.ReadFull(r, data)
	return head[0], data, err
}

// parseServerHello reads a ServerHello or HelloRetryRequest (RFC 8446, section 4.1.3).
func parseServerHello(kind byte, b []byte) (answer, error) {
	if kind != 2 || len(b) < 35 {
		return answer{}, errHello
	}
	a := answer{kind: greeting, version: binary.BigEndian.Uint16(b)}
	session := int(b[34])
	b = b[35:]
	if session > 32 || len(b) < session+3 {
		return answer{}, errHello
	}
	a.cipher = binary.BigEndian.Uint16(b[session:])
	b = b[session+3:]
	if len(b) < 2 {
		return a, nil
	}
	n := int(binary.BigEndian.Uint16(b))
	if b = b[2:]; len(b) < n {
		return answer{}, errHello
	}
	return a.extensions(b[:n])
}

// extensions finds the version that TLS 1.3 hides in an extension.
func (a answer) extensions(b []byte) (answer, error) {
	for len(b) > 0 {
		if len(b) < 4 {
			return answer{}, errHello
		}
		id, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if b = b[4:]; len(b) < n {
			return answer{}, errHello
		}
		if id == 43 && n == 2 {
			a.version = binary.BigEndian.Uint16(b)
		}
		b = b[n:]
	}
	return a, nil
}
