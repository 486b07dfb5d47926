"""The places of a chart's parts, worked out by hand."""

from leadsync.report.charts import bars, columns, spark


def test_bars_are_as_long_as_their_counts_and_never_invisible() -> None:
    drawn = bars([("a" * 50, 200), ("b", 100), ("c", 0)])
    assert [(bar.name, bar.width, bar.y) for bar in drawn.bars] == [
        ("a" * 45 + "…", 380, 0),
        ("b", 190, 30),
        ("c", 2, 60),
    ]
    assert drawn.height == 96
    assert bars([]).bars == []


def test_columns_are_as_high_as_their_counts_and_stand_on_each_other() -> None:
    chart = columns(("a", "b"), (("x", (1, 2)), ("y", (3, 0))))
    # The scale ends at 4: 200 pixels, 50 for each.
    assert [(block.title, block.height, block.y) for block in chart.blocks] == [
        ("a, x: 1", 50, 162),
        ("a, y: 3", 150, 12),
        ("b, x: 2", 100, 112),
    ]
    assert [line.text for line in chart.lines] == ["0", "2", "4"]
    assert [name for name, _, _ in chart.legend] == ["x", "y"]


def test_the_scale_ends_at_a_round_number() -> None:
    tops = {n: columns(("a",), (("x", (n,)),)).lines[-1].text for n in (0, 1, 9, 10, 99, 101, 4321)}
    assert tops == {0: "2", 1: "2", 9: "10", 10: "10", 99: "100", 101: "120", 4321: "4,400"}


def test_few_of_many_periods_have_a_label_and_one_series_no_legend() -> None:
    names = tuple(map(str, range(31)))
    chart = columns(names, (("x", (1,) * 31),))
    assert [label.text for label in chart.labels] == ["0", "4", "8", "12", "16", "20", "24", "28"]
    assert chart.legend == []


def test_a_spark_leaves_out_what_is_not_there() -> None:
    assert [(block.x, block.height) for block in spark((2, 0, 1, 0))] == [(0, 20), (60, 10)]
    assert spark((0, 0)) == []
