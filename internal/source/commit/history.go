package commit

// Blobs are the contents of all blobs that the clone has.
func (r *Repository) Blobs() Blobs { return database{r.db} }
