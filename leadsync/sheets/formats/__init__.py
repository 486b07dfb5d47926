"""Files of every format to headings and lines: text, workbooks, archives. All of it runs in the confined process."""
