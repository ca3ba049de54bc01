"""What reports of adherence read: figures counted by the database, the rows behind a figure, the register of deviations."""
