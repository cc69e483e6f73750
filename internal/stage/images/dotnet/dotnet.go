// Package dotnet reads what the attributes of a .NET assembly say, without loading it
// (ECMA-335, partition II, 22 to 25).
package dotnet

import (
	"bytes"
	"debug/pe"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// ErrNone means that the assembly does not carry the attribute.
var ErrNone = errors.New("the assembly does not carry the attribute")

var errBroken = errors.New("it is no readable .NET assembly")

// Attribute returns the text that the first attribute of the assembly with the type
// name was given, such as 2.1 for [assembly: StellaPluginVersion("2.1")].
func Attribute(data []byte, typeName string) (value string, err error) {
	defer func() {
		if r := recover(); r != nil { // an index that leads out of the file
			value, err = "", errBroken
		}
	}()
	m, err := read(data)
	if err != nil {
		return "", err
	}
	for row := range m.rows[customAttribute] {
		parent, ctor, blob := m.attribute(row)
		if parent == assemblyParent && m.typeOf(ctor) == typeName {
			return text(m.blob(blob))
		}
	}
	return "", ErrNone
}

// metadata are the streams and tables of an assembly.
type metadata struct {
	strings, blobs []byte
	tables         []byte
	wide           byte // which heaps have indexes of four bytes
	rows           [64]int
	start          [64]int
}

// read finds the metadata by the CLI header.
func read(data []byte) (*metadata, error) {
	f, err := pe.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, errBroken
	}
	defer f.Close()
	const cliHeader = 14
	var dir pe.DataDirectory
	switch h := f.OptionalHeader.(type) {
	case *pe.OptionalHeader32:
		dir = h.DataDirectory[cliHeader]
	case *pe.OptionalHeader64:
		dir = h.DataDirectory[cliHeader]
	}
	header := at(f, data, dir.VirtualAddress)
	if dir.VirtualAddress == 0 || header == nil {
		return nil, errBroken
	}
	root := at(f, data, binary.LittleEndian.Uint32(header[8:]))
	if root == nil || binary.LittleEndian.Uint32(root) != 0x424A5342 {
		return nil, errBroken
	}
	return streams(root)
}

// at is the file from a virtual address on, nil when no section holds it.
func at(f *pe.File, data []byte, address uint32) []byte {
	for _, s := range f.Sections {
		if address >= s.VirtualAddress && address-s.VirtualAddress < s.Size {
			return data[s.Offset+(address-s.VirtualAddress):]
		}
	}
	return nil
}

func streams(root []byte) (*metadata, error) {
	m := &metadata{}
	pos := 16 + int(binary.LittleEndian.Uint32(root[12:])) // behind the version's text
	count := int(binary.LittleEndian.Uint16(root[pos+2:]))
	pos += 4
	for range count {
		offset, size := binary.LittleEndian.Uint32(root[pos:]), binary.LittleEndian.Uint32(root[pos+4:])
		name := root[pos+8:]
		n := bytes.IndexByte(name, 0)
		stream := root[offset:][:size]
		switch string(name[:n]) {
		case "#Strings":
			m.strings = stream
		case "#Blob":
			m.blobs = stream
		case "#~", "#-":
			m.tables = stream
		}
		pos += 8 + (n+4)/4*4
	}
	if m.tables == nil {
		return nil, errBroken
	}
	return m, m.layout()
}

// layout computes where each table starts, as far as they are needed.
func (m *metadata) layout() error {
	m.wide = m.tables[6]
	valid := binary.LittleEndian.Uint64(m.tables[8:])
	pos := 24
	for t := range 64 {
		if valid&(1<<t) != 0 {
			m.rows[t] = int(binary.LittleEndian.Uint32(m.tables[pos:]))
			pos += 4
		}
	}
	if bits.OnesCount64(valid) == 0 || m.wide&0x40 != 0 {
		return errBroken
	}
	for t := range customAttribute + 1 {
		m.start[t] = pos
		width := m.width(t)
		if width == 0 && m.rows[t] > 0 {
			return fmt.Errorf("%w: it has the unusual table %d", errBroken, t)
		}
		pos += m.rows[t] * width
		if m.rows[t] < 0 || pos > len(m.tables) {
			return errBroken
		}
	}
	return nil
}

// The tables up to the one that holds attributes.
const (
	module          = 0x00
	typeRef         = 0x01
	typeDef         = 0x02
	fieldPtr        = 0x03
	field           = 0x04
	methodPtr       = 0x05
	methodDef       = 0x06
	paramPtr        = 0x07
	param           = 0x08
	interfaceImpl   = 0x09
	memberRef       = 0x0A
	constant        = 0x0B
	customAttribute = 0x0C
	moduleRef       = 0x1A
	typeSpec        = 0x1B
	assembly        = 0x20
	assemblyRef     = 0x23
	methodSpec      = 0x2B

	// assemblyParent is the coded index of the first row of Assembly.
	assemblyParent = 1<<5 | 14
)

// width is the size of a row (II.22).
func (m *metadata) width(table int) int {
	s, g, b := m.heap(1), m.heap(2), m.heap(4)
	switch table {
	case module:
		return 2 + s + 3*g
	case typeRef:
		return m.coded(2, module, moduleRef, assemblyRef, typeRef) + 2*s
	case typeDef:
		return 4 + 2*s + m.typeDefOrRef() + m.index(field) + m.index(methodDef)
	case fieldPtr:
		return m.index(field)
	case field:
		return 2 + s + b
	case methodPtr:
		return m.index(methodDef)
	case methodDef:
		return 8 + s + b + m.index(param)
	case paramPtr:
		return m.index(param)
	case param:
		return 4 + s
	case interfaceImpl:
		return m.index(typeDef) + m.typeDefOrRef()
	case memberRef:
		return m.memberRefParent() + s + b
	case constant:
		return 2 + m.coded(2, field, param, 0x17) + b
	case customAttribute:
		return m.attributeParent() + m.coded(3, methodDef, memberRef) + b
	}
	return 0
}

func (m *metadata) heap(flag byte) int {
	if m.wide&flag != 0 {
		return 4
	}
	return 2
}

func (m *metadata) index(table int) int {
	if m.rows[table] > 0xFFFF {
		return 4
	}
	return 2
}

// coded is the size of an index into one of several tables, told apart by its lowest
// bits (II.24.2.6).
func (m *metadata) coded(tag int, tables ...int) int {
	for _, t := range tables {
		if m.rows[t] >= 1<<(16-tag) {
			return 4
		}
	}
	return 2
}

func (m *metadata) typeDefOrRef() int { return m.coded(2, typeDef, typeRef, typeSpec) }

func (m *metadata) memberRefParent() int {
	return m.coded(3, typeDef, typeRef, moduleRef, methodDef, typeSpec)
}

func (m *metadata) attributeParent() int {
	return m.coded(5, methodDef, field, typeRef, typeDef, param, interfaceImpl, memberRef, module, 0x0E, 0x17, 0x14,
		0x11, moduleRef, typeSpec, assembly, assemblyRef, 0x26, 0x27, 0x28, 0x2A, 0x2C, methodSpec)
}

func (m *metadata) row(table, row int) []byte {
	return m.tables[m.start[table]+row*m.width(table):]
}

func number(b []byte, size int) (int, []byte) {
	if size == 4 {
		return int(binary.LittleEndian.Uint32(b)), b[4:]
	}
	return int(binary.LittleEndian.Uint16(b)), b[2:]
}

func (m *metadata) attribute(row int) (parent, ctor, blob int) {
	b := m.row(customAttribute, row)
	parent, b = number(b, m.attributeParent())
	ctor, b = number(b, m.coded(3, methodDef, memberRef))
	blob, _ = number(b, m.heap(4))
	return parent, ctor, blob
}

// typeOf is the name of the type whose constructor an attribute calls, without the
// ending Attribute.
func (m *metadata) typeOf(ctor int) string {
	name := ""
	switch row := ctor>>3 - 1; ctor & 7 {
	case 3: // MemberRef
		parent, _ := number(m.row(memberRef, row), m.memberRefParent())
		name = m.typeName(parent&7, parent>>3-1)
	case 2: // MethodDef: the attribute is declared in the assembly itself
		name = m.owner(row)
	}
	return string(bytes.TrimSuffix([]byte(name), []byte("Attribute")))
}

func (m *metadata) typeName(tag, row int) string {
	switch tag {
	case 0:
		return m.text(number(m.row(typeDef, row)[4:], m.heap(1)))
	case 1:
		return m.text(number(m.row(typeRef, row)[m.coded(2, module, moduleRef, assemblyRef, typeRef):], m.heap(1)))
	}
	return ""
}

// owner is the type that declares a method: the last whose list begins at it or before.
func (m *metadata) owner(method int) string {
	name := ""
	skip := 4 + 2*m.heap(1) + m.typeDefOrRef() + m.index(field)
	for row := range m.rows[typeDef] {
		if first, _ := number(m.row(typeDef, row)[skip:], m.index(methodDef)); first-1 > method {
			break
		}
		name = m.typeName(0, row)
	}
	return name
}

func (m *metadata) text(at int, _ []byte) string {
	s := m.strings[at:]
	return string(s[:bytes.IndexByte(s, 0)])
}

// blob is a byte string of the heap (II.24.2.4).
func (m *metadata) blob(at int) []byte {
	n, rest := compressed(m.blobs[at:])
	return rest[:n]
}

// compressed reads an unsigned number (II.23.2).
func compressed(b []byte) (int, []byte) {
	switch {
	case b[0]&0x80 == 0:
		return int(b[0]), b[1:]
	case b[0]&0xC0 == 0x80:
		return int(b[0]&0x3F)<<8 | int(b[1]), b[2:]
	}
	return int(b[0]&0x1F)<<24 | int(b[1])<<16 | int(b[2])<<8 | int(b[3]), b[4:]
}

// text is the one text argument of an attribute (II.23.3).
func text(value []byte) (string, error) {
	if len(value) < 3 || value[0] != 1 || value[1] != 0 || value[2] == 0xFF {
		return "", errors.New("the attribute has no text")
	}
	n, rest := compressed(value[2:])
	return string(rest[:n]), nil
}
