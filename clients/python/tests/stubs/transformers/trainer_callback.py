class ExportableState:
    pass
