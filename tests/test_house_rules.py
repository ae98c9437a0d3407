"""The rules of the code itself: size, layering, names, and what may not be written anywhere."""

from __future__ import annotations

import ast
import fnmatch
import os
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from symrnn import ops
from symrnn.ops import REGISTRY
from symrnn.zoo import zoo

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "symrnn"
MODULES = sorted(PACKAGE.rglob("*.py"))
SOURCES = [*MODULES, *sorted((ROOT / "tests").rglob("*.py"))]

FILE_LINES, FUNCTION_LINES = 300, 40
TOP_LEVEL = {"pyproject.toml", "symrnn", "tests", "generated", "README.md", "LICENSE"}
PUBLIC_FUNCTIONS = {"equivalent", "read", "derive", "emit", "build", "verify", "verify_functions", "from_sympy"}
MEANINGLESS_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "misc"}
RUNS_TEXT = {"eval", "exec", "compile", "__import__", "parse_expr", ".parse_expr", "lambdify", ".lambdify"}
FRAMEWORKS = {"torch", "jax", "onnx", "tensorflow", "matplotlib", "scipy"}

# A module imports from its own line and the lines above it, never from below. Names are paths under symrnn/.
LAYERS = """
errors
ops/*
tree
record
size_reading flat
names unify notation cell_text cell_latex cell_declarations scope lengths complex_values shape_rules structural_shapes
expr
family declarations recorder stacking closing sympy_* cell
reading/*
zoo/*
primitives
ir
step phases
whole_rules
lower_whole lower
simplify rules
adjoint jacobian* tangent whole_values interpret
operations grouping storage lane_order layout tape schedule
emission backends/__init__
backends/*
derivation* document/*
verification/*
analysis/*
__init__
loading building
annotation/*
benchmark/* command/*
__main__
"""
ALONE = ["examples/*"]  # programs of their own: nothing of symrnn imports them, and they import nothing of it


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def short(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def running(node: ast.AST, late: bool) -> Iterator[ast.AST]:
    """All nodes of a tree but those under ``if TYPE_CHECKING`` and, unless ``late``, those in functions."""
    yield node
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return
    if isinstance(node, ast.FunctionDef) and not late:
        return
    for child in ast.iter_child_nodes(node):
        yield from running(child, late)


def imported(path: Path, late: bool = True) -> set[str]:
    """The modules of symrnn that a module imports when it runs, as paths under symrnn/; ``late``: also in functions."""
    found = set()
    for node in running(parsed(path), late):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if name.partition(".")[0] == "symrnn":
                found.add(located(name))
    return found


def located(name: str) -> str:
    """``symrnn.zoo.lstm.LSTM`` as ``zoo/lstm``, a package as its ``__init__``."""
    parts = name.split(".")[1:]
    for length in (len(parts), len(parts) - 1):
        path = PACKAGE.joinpath(*parts[: max(length, 0)])
        if path.with_suffix(".py").is_file():
            return short(path)
        if (path / "__init__.py").is_file():
            return short(path / "__init__.py")
    raise AssertionError(f"{name} is no module of symrnn")


def layer(module: str) -> int:
    """The line of LAYERS that names a module."""
    for number, line in enumerate(LAYERS.strip().splitlines()):
        if any(fnmatch.fnmatchcase(module, pattern) for pattern in line.split()):
            return number
    raise AssertionError(f"{module} has no place in LAYERS: say what it may import")


def calls(path: Path) -> Iterator[str]:
    """What a module calls: ``f`` for ``f(…)``, ``.f`` for ``a.f(…)``."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name):
                    yield name
                case ast.Attribute(attr=name):
                    yield f".{name}"


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_file_is_one_thing(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= FILE_LINES, f"{lines} lines are probably two things in one file"


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= FUNCTION_LINES, f"{node.name} has {lines} lines"


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_file_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(parsed(path)), "a module starts with a docstring"
    assert path.stem not in MEANINGLESS_NAMES


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_imports_go_one_way(path: Path) -> None:
    if any(fnmatch.fnmatchcase(short(path), pattern) for pattern in ALONE):
        assert not imported(path)
        return
    for other in imported(path):
        assert layer(other) <= layer(short(path)), f"{short(path)} imports {other}, which stands below it"


def test_no_modules_import_each_other() -> None:
    # prepare() raises CycleError with the circle in it.
    TopologicalSorter({short(path): imported(path, late=False) - {short(path)} for path in MODULES}).prepare()


def test_the_zoo_imports_the_surface_and_nothing_else() -> None:
    for path in (PACKAGE / "zoo").glob("*.py"):
        allowed = {"cell", "errors"} if path.stem == "__init__" else {"cell"}
        assert {m for m in imported(path) if not m.startswith("ops/")} <= allowed, path


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_no_module_has_the_name_of_a_public_function(path: Path) -> None:
    assert not PUBLIC_FUNCTIONS & set(path.relative_to(PACKAGE).with_suffix("").parts)


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_text_is_never_run(path: Path) -> None:
    found = RUNS_TEXT & set(calls(path))
    assert not found
    # sympify runs a str unless strict; strict it turns numbers into SymPy's and refuses everything else.
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "sympify":
            assert "strict" in {k.arg for k in node.keywords}, f"line {node.lineno}: sympify(…, strict=True)"


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_no_framework_is_imported(path: Path) -> None:
    found = {name.name for n in ast.walk(parsed(path)) if isinstance(n, ast.Import) for name in n.names}
    found |= {n.module or "" for n in ast.walk(parsed(path)) if isinstance(n, ast.ImportFrom)}
    assert not {name.partition(".")[0] for name in found} & FRAMEWORKS


@pytest.mark.parametrize("path", [p for p in MODULES if short(p) != "__main__"], ids=relative)
def test_only_the_command_line_prints(path: Path) -> None:
    if not short(path).startswith("examples/"):
        assert "print" not in set(calls(path))


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_no_pass_knows_a_cell(path: Path) -> None:
    """From the intermediate representation to the certificate, no rule is written for one cell."""
    if short(path).startswith("examples/") or not layer("ir") <= layer(short(path)) <= layer("analysis/claims"):
        return
    names = {*zoo, *(cell.name for cell in zoo.values())}
    assert not names & {n.value for n in ast.walk(parsed(path)) if isinstance(n, ast.Constant)}


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_errors_are_not_swallowed(path: Path) -> None:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ExceptHandler):
            caught = {n.id for n in ast.walk(node.type or ast.Name("BaseException")) if isinstance(n, ast.Name)}
            assert not caught & {"Exception", "BaseException"}, f"line {node.lineno}: name what is expected"


@pytest.mark.parametrize("path", [p for p in SOURCES if p != Path(__file__)], ids=relative)
def test_nothing_is_left_for_later(path: Path) -> None:
    left = re.compile(r"TODO|FIXME|raise NotImplementedError|# *type: *ignore(?!\[)")
    assert not left.search(path.read_text(encoding="utf-8"))


def test_every_op_is_exported() -> None:
    """ops/__init__.py re-exports explicitly, for type checkers; here it is compared with the folder."""
    files = {path.stem for path in (PACKAGE / "ops").glob("*.py")} - {"__init__", "elementwise", "structural"}
    assert files == set(REGISTRY)
    assert all(getattr(ops, name) is REGISTRY[name] for name in files)
    text = (PACKAGE / "ops" / "__init__.py").read_text(encoding="utf-8")
    assert set(re.findall(r"^from symrnn\.ops\.(\w+) import \1 as \1$", text, re.MULTILINE)) == files


def test_every_cell_has_a_file() -> None:
    files = {path.stem for path in (PACKAGE / "zoo").glob("*.py")} - {"__init__"}
    assert files == set(zoo)


def test_the_top_level_holds_nothing_else() -> None:
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines() if line[:1] not in ("", "#")]
    names = [path.name for path in ROOT.iterdir() if not path.name.startswith(".")]
    stray = {n for n in names if n not in TOP_LEVEL and not any(fnmatch.fnmatchcase(n, p) for p in ignored)}
    assert not stray
    assert {*names} >= TOP_LEVEL - {"generated"}


def test_ci_and_the_package_name_the_same_torch() -> None:
    ci = ROOT / ".ci" / "run"
    assert os.access(ci, os.X_OK)
    pinned = {re.search(r"torch==[\d.]+", file.read_text(encoding="utf-8")) for file in (ci, ROOT / "pyproject.toml")}
    assert len({match[0] for match in pinned if match}) == 1 and None not in pinned


def test_templates_stay_short() -> None:
    for path in PACKAGE.rglob("*.jinja"):
        assert path.read_text(encoding="utf-8").count("\n") <= FILE_LINES, path


def test_test_files_have_names_of_their_own() -> None:
    """Pytest imports them by their bare names, and refuses a second one."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(set(names)) == sorted(names)
