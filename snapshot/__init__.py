"""What a screen shows as of one moment: the frozen Snapshot, its builder, the live holder and the broadcaster."""
