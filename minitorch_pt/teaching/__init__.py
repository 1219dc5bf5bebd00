"""What is not torch: pictures (viz), data of the lessons (datasets), their exercises, models as tables (summary), and how programs made for torch are run and compared."""
