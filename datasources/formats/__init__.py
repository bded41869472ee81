"""Wire formats: bytes into documents and rows. A broken input raises SourceError and nothing else."""
