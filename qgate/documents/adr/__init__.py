"""Decision records: Nygard's form, MADR's and log4brains', read and changed as they are."""
