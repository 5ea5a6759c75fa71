"""The vault: identity, free text, attachments and movement records, apart from the ledger and under a read log."""
