"""A pack's folder, read into drafts: every file, every entry, every code that is mentioned. Nothing is judged yet beyond the shape of values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from manyuan.facts.programme.pack import model
from manyuan.facts.programme.pack.faults import Fault, nearest
from manyuan.facts.programme.pack.layout import FILES, LATER, OTHER_FILES, File
from manyuan.facts.programme.pack.model import At
from manyuan.facts.programme.pack.nodes import MAX_BYTES, Node, read_nodes
from manyuan.facts.programme.pack.shapes import BAD, Draft, Findings, Record

MAX_FILES: Final = 500
_MAP, _CHANGES = OTHER_FILES


@dataclass
class Drafts:
    """A pack as read. unread: kinds of which a file could not be read, so that nothing is said about what may be missing of them."""

    folder: Path
    findings: Findings = field(default_factory=Findings)
    pack: Draft = field(default_factory=lambda: Draft(model.Pack, At("pack.yaml")))
    entries: dict[str, list[Draft]] = field(default_factory=lambda: {kind: [] for kind in model.CODED})
    unread: set[str] = field(default_factory=set)
    map_text: str | None = None

    @property
    def faults(self) -> list[Fault]:
        return self.findings.faults

    def fault(self, code: str, at: At, found: Any = "", expected: Any = "", **more: Any) -> None:
        self.findings.faults.append(Fault(code, at, found, expected, more))

    def codes(self, kind: str) -> dict[str, Draft]:
        """Entries of a kind by code; of a code used twice, the first."""
        found: dict[str, Draft] = {}
        for draft in self.entries[kind]:
            code = draft_code(draft)
            if code is not None:
                found.setdefault(code, draft)
        return found


def draft_code(draft: Draft) -> str | None:
    """What a draft is called by, None where that could not be read."""
    for name in ("code", "number", "adcode", "year"):
        if draft[name] is not None:
            return str(draft[name])
    return None


def read_folder(path: str | Path) -> Drafts:
    """Read a pack's folder. Never raises for what the files hold."""
    folder = Path(path)
    drafts = Drafts(folder)
    if not folder.is_dir():
        drafts.fault("file.missing", At("."), expected=str(path))
        return drafts
    known: set[Path] = set()
    listed = _listed(drafts)
    if listed is None:
        return drafts
    for file in FILES:
        known |= _read(file, drafts, listed)
    known |= _read_others(drafts, listed)
    names = [f"{file.name}/" if file.each else f"{file.name}.yaml" for file in FILES] + list(OTHER_FILES)
    for one in listed:
        if one not in known:
            drafts.fault("file.unknown", At(_name(drafts, one)), _name(drafts, one), hint=nearest(_name(drafts, one), names))
    return drafts


def _listed(drafts: Drafts) -> list[Path] | None:
    """The plain files of the folder, sorted; hidden ones and what others read is left out."""
    found: list[Path] = []
    for one in sorted(drafts.folder.rglob("*")):
        parts = one.relative_to(drafts.folder).parts
        if any(part.startswith(".") or part.endswith("~") for part in parts) or parts[0] in LATER:
            continue
        if one.is_symlink():
            drafts.fault("file.link", At(_name(drafts, one)), _name(drafts, one))
        elif one.is_file():
            found.append(one)
        if len(found) > MAX_FILES:
            drafts.fault("file.many", At("."), f"> {MAX_FILES}", str(MAX_FILES))
            return None
    return found


def _name(drafts: Drafts, path: Path) -> str:
    return path.relative_to(drafts.folder).as_posix()


def _content(drafts: Drafts, path: Path) -> bytes | None:
    """The bytes of a file; a file that is too large is not read at all."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        drafts.fault("file.size", At(_name(drafts, path)), str(size), str(MAX_BYTES))
        return None
    return path.read_bytes()


def _kinds(file: File) -> set[str]:
    return {file.kind} if file.kind else {"layers", "directions"} if file.name == "industries" else set()


def _read(file: File, drafts: Drafts, listed: list[Path]) -> set[Path]:
    """Read one file of the layout, or the folder of such files; return the paths that it took."""
    single = drafts.folder / f"{file.name}.yaml"
    inside = [one for one in listed if one.parent == drafts.folder / file.name and one.suffix == ".yaml"]
    paths = inside if file.each else [one for one in listed if one == single] + (inside if file.kind else [])
    if not paths and file.required:
        drafts.fault(
            "file.missing", At(f"{file.name}/" if file.each else f"{file.name}.yaml"), expected=f"{file.name}/*.yaml" if file.each else f"{file.name}.yaml"
        )
        drafts.unread |= _kinds(file)
    for path in paths:
        before = len(drafts.faults)
        content = _content(drafts, path)
        node = None if content is None else read_nodes(content, _name(drafts, path), drafts.faults)
        if node is None:
            if len(drafts.faults) == before:
                drafts.fault("value.empty", At(_name(drafts, path)), "", file.shape.words)
            drafts.unread |= _kinds(file)
            continue
        _take(file, drafts, node, At(_name(drafts, path), node.line, node.column))
    return set(paths)


def _take(file: File, drafts: Drafts, node: Node, at: At) -> None:
    take: Callable[[Node, At, Findings], Any] = file.shape.read
    value = take(node, at, drafts.findings)
    if value is BAD:
        drafts.unread |= _kinds(file)
    elif file.name == "pack":
        drafts.pack = value
    elif file.name == "industries":
        drafts.entries["layers"] += value.each("layers")
        drafts.entries["directions"] += value.each("directions")
    elif isinstance(file.shape, Record):
        drafts.entries[file.kind].append(value)
    else:
        drafts.entries[file.kind] += [one for one in value if isinstance(one, Draft)]


def _read_others(drafts: Drafts, listed: list[Path]) -> set[Path]:
    taken: set[Path] = set()
    for name in OTHER_FILES:
        path = drafts.folder / name
        if path not in listed:
            drafts.fault("file.missing", At(name), expected=name)
            continue
        taken.add(path)
        content = _content(drafts, path)
        if content is None:
            continue
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            drafts.fault("file.encoding", At(name, content.count(b"\n", 0, error.start) + 1), f"0x{content[error.start]:02x}")
            continue
        if name == _MAP:
            drafts.map_text = text
    return taken
