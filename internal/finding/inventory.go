package finding

// Inventory lists the packages of one image: as somebody signed the list, or as a scan
// found them. Stages run side by side and know nothing of each other; the report
// compares what they return.
type Inventory struct {
	// Digests are those by which the image is known: of its manifest, of the index that
	// led there.
	Digests []string
	// Packages are package URLs.
	Packages []string
	// Claims are the findings that a signed list deserves when a scan contradicts it,
	// one for each place of the image, their messages naming the list. The list of a
	// scan has none.
	Claims []Finding
}
