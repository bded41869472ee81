"""How a problem reads."""

from config.problem import Problem, choices, dotted, nearest


def test_a_problem_reads_as_editors_expect() -> None:
    assert str(Problem("a.yaml", 3, "x.y", "wrong")) == "a.yaml:3: x.y: wrong"
    assert str(Problem("a.yaml", 0, "", "missing")) == "a.yaml: missing"


def test_problems_sort_by_file_and_line() -> None:
    later, first = Problem("a.yaml", 10, "", ""), Problem("a.yaml", 9, "z", "")
    assert sorted([Problem("b.yaml", 1, "", ""), later, first])[:2] == [first, later]


def test_a_path_reads_as_people_write_it() -> None:
    assert dotted(("panels", 2, "items", 0, "metric")) == "panels[2].items[0].metric"
    assert dotted(()) == ""


def test_the_nearest_name_is_offered_only_when_it_is_near() -> None:
    assert nearest("air.pm52", ["air.pm25", "hall.cases"]) == "; did you mean air.pm25?"
    assert nearest("zebra", ["air.pm25"]) == ""


def test_long_lists_are_cut() -> None:
    assert choices("abc", 5) == "a, b, c"
    assert choices("abcdef", 2) == "a, b and 4 more"
