"""Files in which AWS tells what it bills: exports of Data Exports (CUR 2.0, FOCUS) and of Cost Explorer."""
