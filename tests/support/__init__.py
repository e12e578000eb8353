"""What tests share: builders, worlds in memory and over engines, faults and crashes."""
