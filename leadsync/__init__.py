"""leadsync: bring a spreadsheet of leads and a Noojee Contact dialer together.

The functions and classes of `leadsync.api` are loaded at their first use: the command line needs no pandas.
"""

__version__ = "0.1.0"

# Nothing is imported here: a Ctrl-C meanwhile would end the command line with a trace.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from leadsync.api import *  # noqa: F403 - types for editors; `__getattr__` below has the values


def __getattr__(name: str) -> object:
    from importlib import import_module
    from importlib.util import find_spec

    # `from leadsync import log` asks here before it looks for the module.
    if name.startswith("_") or find_spec(f"{__name__}.{name}"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    api = import_module("leadsync.api")
    if name not in api.__all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(api, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    from importlib import import_module

    return sorted({*globals(), *import_module("leadsync.api").__all__})
