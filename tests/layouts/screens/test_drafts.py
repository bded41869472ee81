"""Drafts: a changed screen kept for its author, and what page it would be."""

from dataclasses import replace

from domain.screen import Screen
from layouts.accounts.desk import Desk
from layouts.screens import drafts, editor, preview
from layouts.screens.drafts import Drafts
from layouts.screens.keys import is_draft, plain
from layouts.tags import id_json
from layouts.view import View
from tests.layouts.accounts.people import desk, find
from tests.layouts.fake import FakeSnapshot, city
from tests.layouts.test_screen import texts
from tests.layouts.wall.test_wall import scene

FILE = "screens/overview.yaml"
CITY = city()


def draft(login: str = "li.wei", text: str = "a", file: str = FILE) -> drafts.Draft:
    found = drafts.made(CITY, file, text, login)
    assert found is not None
    return found


def admin(lang: str = "zh") -> Desk:
    return desk(lang=lang)


def test_a_draft_is_its_authors_alone() -> None:
    kept = Drafts()
    name = kept.keep(draft())
    found = kept.of(name, "li.wei")
    assert found is not None
    assert kept.of(found.screen.key, "li.wei") is found
    assert kept.of(name, "zhao.min") is None
    assert kept.of("0" * 16, "li.wei") is None
    assert kept.of("draft/", "li.wei") is None


def test_another_text_or_author_is_another_draft_and_the_same_is_the_same() -> None:
    assert draft().id == draft().id
    assert len({draft().id, draft(text="b").id, draft(login="zhao.min").id}) == 3


def test_the_oldest_drafts_are_forgotten_first() -> None:
    kept = Drafts()
    names = [kept.keep(draft(text=str(n))) for n in range(drafts.MOST + 1)]
    assert kept.screen(names[0]) is None
    assert kept.screen(names[1]) is not None


def test_a_key_tells_which_screen_it_would_be() -> None:
    key = draft().screen.key
    assert (is_draft(key), plain(key)) == (True, "overview")
    assert [is_draft(one) for one in ("overview", "draft/x", "topic/service")] == [False] * 3
    assert plain("topic/service") == "topic/service"


def test_a_file_that_makes_no_page_makes_no_draft() -> None:
    assert drafts.made(CITY, "screens/nothing.yaml", "", "li.wei") is None
    assert drafts.made(CITY, "screens/wall/nothing.yaml", "", "li.wei") is None


def test_a_scene_is_drawn_with_what_it_borrows() -> None:
    lent = scene("x", grid=("a b",), columns="1fr 1fr", uses=("y-a",))
    other = scene("y").model_copy(update={"panels": (scene("y").panels[0].model_copy(update={"area": "b"}),)})
    found = drafts.made(replace(CITY, scenes={"x": lent, "y": other}), "screens/wall/x.yaml", "", "li.wei")
    assert found is not None
    assert [panel.key for panel in found.screen.panels] == ["a", "y-a"]
    assert plain(found.screen.key) == "scene-x"


def test_a_map_under_a_new_name_is_drawn_by_the_pages_own_code() -> None:
    one = draft()
    renamed = tuple(p.model_copy(update={"key": "plan"}) if p.kind == "map" else p for p in one.screen.panels)
    changed = drafts.Draft(one.login, one.file, one.screen.model_copy(update={"panels": renamed}))
    kept = Drafts(frozenset({"map"}))
    found = kept.screen(kept.keep(changed))
    assert found is not None
    assert [panel.key for panel in found.screen.panels if panel.kind == "map"] == ["map"]


def test_the_preview_is_the_screen_with_live_parts_a_ribbon_and_no_files_to_take() -> None:
    one = draft()
    shown = preview.page(one, View(FakeSnapshot())).to_plotly_json()["props"]
    assert shown["className"] == "page is-draft"
    tree = {"type": "Div", "props": shown, "namespace": "dash_html_components"}
    assert "预览，只有您看得见" in " ".join(texts(tree))
    assert find(tree, "tools") == []
    spoken = next(c for c in shown["children"] if isinstance(c, dict) and c["props"].get("id") == "spoken")
    assert spoken["props"]["data-screen"] == one.screen.key
    assert _ids(tree) >= {id_json(panel.key, "frame") for panel in one.screen.panels}


def test_a_draft_that_is_gone_says_why_and_what_to_do() -> None:
    said = " ".join(texts(preview.gone(admin())))
    assert "没有这个预览" in said
    assert "重新检查" in said


def test_the_list_shows_every_file_by_kind_and_marks_the_open_one() -> None:
    files = [editor.Written(FILE, "a\nb"), editor.Written("screens/topics/water.yaml", "c", "441800")]
    parts = editor.body(admin(), files, "screens/topics/water.yaml")
    said = " ".join(texts(parts))
    assert "专题页" in said
    assert "取自 441800" in said
    assert [link["props"]["children"] for link in find({"props": {"children": parts}}, "is-here")] == ["water.yaml"]


def test_problems_lead_to_their_lines_the_files_own_first() -> None:
    wrong = [
        editor.Wrong("metrics.yaml", 3, "air", "elsewhere"),
        editor.Wrong(FILE, 12, "panels[0].area", "no such area"),
        editor.Wrong(FILE, 0, "", "cannot be read"),
    ]
    told = editor.verdict(admin("en"), FILE, wrong, "")
    said = texts(told)
    assert "3 problems" in said
    assert said.index("no such area") < said.index("elsewhere")
    assert [one["props"]["data-line"] for one in find(told, "editor-line")] == ["12", "3"]


def test_without_problems_there_is_a_way_to_the_preview() -> None:
    found = find(editor.verdict(admin("en"), FILE, [], "abc"), "is-main")
    assert [one["props"]["href"] for one in found] == ["/screens/preview?draft=abc&lang=en"]
    assert "不是一页画面" in " ".join(texts(editor.verdict(admin(), FILE, [], "")))


def test_names_of_files_stay_in_the_folder() -> None:
    good = ("screens/a.yaml", "screens/topics/new_one.yaml", "screens/wall/x-1.yaml")
    bad = (
        "screens/../city.yaml",
        "city.yaml",
        "screens/a.yml",
        "screens/other/a.yaml",
        "/screens/a.yaml",
        "screens/A.yaml",
        "screens/a.yaml\n",
    )
    assert all(editor.NAME.fullmatch(one) for one in good)
    assert not any(editor.NAME.fullmatch(one) for one in bad)


def _ids(tree: object) -> set[str]:
    if isinstance(tree, list):
        return {one for child in tree for one in _ids(child)}
    if not isinstance(tree, dict) or "props" not in tree:
        return set()
    ident = tree["props"].get("id")
    own = {id_json(ident["panel"], ident["part"])} if isinstance(ident, dict) and "panel" in ident else set()
    return own | _ids(tree["props"].get("children"))


def test_the_screen_itself_is_the_same_but_for_its_key() -> None:
    live: Screen = CITY.screens["overview"]
    assert draft().screen.model_copy(update={"key": "overview"}) == live
