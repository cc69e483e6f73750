package image

import (
	"bytes"
	"fmt"
	"io"
	"os"

	xio "github.com/aquasecurity/trivy/pkg/x/io"
)

// Files up to inMemory bytes are kept there; larger ones, up to maxFile, go to a
// temporary file. The largest programs in public images have about 1 GB.
const (
	inMemory = 8 << 20
	maxFile  = 8 << 30
)

// content is a file of a layer that is read only when somebody asks for it.
type content struct {
	name string
	size int64
	r    io.Reader

	data []byte
	temp string
	err  error
	read bool
}

// open implements analyzer.Opener.
func (c *content) open() (xio.ReadSeekCloserAt, error) {
	if !c.read {
		c.read = true
		c.err = c.keep()
	}
	if c.err != nil {
		return nil, c.err
	}
	if c.temp == "" {
		return xio.NopCloser(bytes.NewReader(c.data)), nil
	}
	return os.Open(c.temp)
}

func (c *content) keep() (err error) {
	switch {
	case c.size > maxFile:
		return fmt.Errorf("it has %d GB, the limit is %d", c.size>>30, int64(maxFile)>>30)
	case c.size <= inMemory:
		c.data, err = io.ReadAll(c.r)
		return err
	}
	f, err := os.CreateTemp("", "assure-file-")
	if err != nil {
		return err
	}
	defer f.Close()
	c.temp = f.Name()
	_, err = io.Copy(f, c.r)
	return err
}

// remove gives back the temporary file; who has it open can read on.
func (c *content) remove() {
	if c.temp != "" {
		_ = os.Remove(c.temp)
	}
}
