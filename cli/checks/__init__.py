"""What `spendplane doctor` looks at: one function per part, none of which changes anything."""
