package checkpoint

// syncFolder does nothing: the file system orders its own changes of names.
func syncFolder(string) error { return nil }
