"""The classifier: honest figures, too little data, kept models, damaged files."""

import json
from datetime import UTC, datetime

import numpy as np
import pytest

from manyuan.engines.matching import classifying
from manyuan.engines.matching.calibrating import calibration_error, fit_temperature, probabilities
from manyuan.engines.matching.classifying import MIN_IN_ALL, MIN_PER_LABEL, NoBetter, TooLittle, train
from manyuan.engines.matching.model import DamagedModel, Model
from manyuan.engines.matching.samples import MARK, TOPICS, made_up

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SAMPLE = made_up(600)


@pytest.fixture(scope="module")
def model() -> Model:
    return train([text for text, _ in SAMPLE], [label for _, label in SAMPLE], now=NOW, folds=3)


def test_topics_are_learned_far_better_than_guessing(model):
    figures = model.figures
    assert figures.macro_f1 > 0.85 > 0.2 > figures.baseline_macro_f1
    assert figures.accuracy <= figures.top3 and figures.baseline_accuracy <= figures.baseline_top3 < figures.top3
    assert sum(row.support for row in figures.by_label.values()) == model.texts
    assert figures.calibration_error < 0.1


@pytest.mark.parametrize(
    ("text", "label", "word"),
    [("车间水压太低，经常停水", "水电气网", "水压"), ("招不到焊工", "用工招工", "焊工"), ("想续贷，缺少抵押物", "融资贷款", "抵押物")],
)
def test_a_proposal_says_how_sure_it_is_and_which_words_spoke_for_it(model, text, label, word):
    first, *others = model.propose(text)
    assert first.label == label and word in first.words
    assert 1 >= first.confidence >= others[0].confidence >= others[1].confidence >= 0


def test_nothing_is_proposed_where_no_word_is_known(model):
    assert model.propose("zzzz 8888") == [] and model.propose("") == []


def test_confidences_of_all_labels_sum_to_one(model):
    assert sum(one.confidence for one in model.propose("水压不足", k=99)) == pytest.approx(1)
    assert {one.label for one in model.propose("水压不足", k=99)} == set(TOPICS)


def test_the_order_of_the_data_and_repeated_texts_change_nothing(model, tmp_path):
    shuffled = [*SAMPLE[300:], *SAMPLE[:300], *SAMPLE[:50]]
    again = train([text for text, _ in shuffled], [label for _, label in shuffled], now=NOW, folds=3)
    model.save(tmp_path / "a.npz")
    again.save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_kept_model_proposes_the_same_and_knows_where_it_comes_from(model, tmp_path):
    model.save(tmp_path / "m.npz")
    again = Model.load(tmp_path / "m.npz")
    assert again.propose("用电容量不够") == model.propose("用电容量不够")
    assert (again.trained_at, again.data, again.figures, again.versions) == ("2026-11-24T09:00:00+00:00", model.data, model.figures, model.versions)
    assert set(again.versions) == {"python", "numpy", "rjieba", "scikit-learn"} and len(again.data) == 64


def _texts(count: int, label: str) -> list[tuple[str, str]]:
    return [(f"{label}的事情编号{'甲乙丙丁戊己庚辛壬癸'[n % 10]}{'子丑寅卯辰巳午未申酉戌亥'[n // 10]}", label) for n in range(count)]


@pytest.mark.parametrize(
    ("first", "second", "enough"),
    [(30, 30, True), (30, 29, False), (51, MIN_PER_LABEL, True), (51, MIN_PER_LABEL - 1, False), (60, 0, False), (0, 0, False)],
)
def test_the_rule_of_enough(first, second, enough):
    rows = _texts(first, "水压不足") + _texts(second, "招工困难")
    if enough:
        assert train([t for t, _ in rows], [label for _, label in rows], now=NOW).texts == first + second
        return
    with pytest.raises(TooLittle) as fault:
        train([t for t, _ in rows], [label for _, label in rows], now=NOW)
    assert str(MIN_IN_ALL) in fault.value.message("zh") and fault.value.message("en") != fault.value.message("zh")


def test_the_same_text_a_hundred_times_is_one_text():
    rows = [("水压不足", "水"), ("招工困难", "人")] * 100
    with pytest.raises(TooLittle) as fault:
        train([t for t, _ in rows], [label for _, label in rows], now=NOW)
    assert fault.value.texts == 2


def test_a_rare_label_is_left_out_and_named():
    rows = _texts(40, "水压不足") + _texts(40, "招工困难") + _texts(3, "其他")
    model = train([t for t, _ in rows], [label for _, label in rows], now=NOW)
    assert model.left_out == {"其他": 3} and "其他" not in model.labels


def test_labels_that_do_not_hang_on_the_text_give_no_model():
    rows = [(f"内容{'甲乙丙丁戊己庚辛壬癸'[n % 10]}{'子丑寅卯辰巳午未申酉戌亥'[n // 10 % 12]}", "一") for n in range(100)]
    rows += [(text, "二") for text, _ in rows[:40]]
    with pytest.raises(NoBetter) as fault:
        train([t for t, _ in rows], [label for _, label in rows], now=NOW)
    assert fault.value.figures.macro_f1 <= fault.value.figures.baseline_macro_f1
    assert "基线" in fault.value.message("zh") and "commonest" in fault.value.message("en")


def test_equal_texts_never_stand_on_both_sides_of_a_fold():
    texts = ["甲", "甲", "乙", "丙", "丁", "戊", "戊"]
    parts = classifying._folds(texts, np.array([0, 1, 0, 1, 0, 0, 1]), 3)
    assert parts[0] == parts[1] and parts[5] == parts[6]


def test_texts_and_labels_of_different_number_are_refused():
    with pytest.raises(ValueError, match="2 texts but 1 labels"):
        train(["a", "b"], ["x"], now=NOW)


def test_overconfident_scores_are_cooled_down():
    draw = np.random.default_rng(1)
    shares = draw.dirichlet([1, 1, 1], 4000)
    truth = np.array([draw.choice(3, p=row) for row in shares])
    scores = np.log(shares) * 5
    found = fit_temperature(scores, truth)
    assert found == pytest.approx(5, rel=0.15)
    assert calibration_error(probabilities(scores, found), truth) < 0.04 < calibration_error(probabilities(scores, 1.0), truth)


def _damaged(path, how):
    whole = path.read_bytes()
    if how == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "text":
        path.write_text("hello")
    else:
        with np.load(path) as file:
            parts = {name: file[name] for name in file.files}
        if how == "weights":
            parts["weights"] = parts["weights"] + 1
        elif how == "part":
            del parts["bias"]
        elif how == "format":
            described = json.loads(parts["model"].tobytes()) | {"format": 99}
            parts["model"] = np.frombuffer(json.dumps(described).encode(), dtype=np.uint8)
        elif how == "pickle":
            parts["bias"] = np.array([{}], dtype=object)
        np.savez(path, **parts)


@pytest.mark.parametrize("how", ["cut", "empty", "text", "weights", "part", "format", "pickle"])
def test_a_damaged_file_is_named_in_both_languages(model, tmp_path, how):
    path = tmp_path / "m.npz"
    model.save(path)
    _damaged(path, how)
    with pytest.raises(DamagedModel) as fault:
        Model.load(path)
    assert fault.value.code == "model.damaged" and str(path) in fault.value.message("zh") and "重新训练" in fault.value.message("zh")
    assert "Train it again" in fault.value.message("en")


def test_a_missing_model_says_so(tmp_path):
    with pytest.raises(DamagedModel) as fault:
        Model.load(tmp_path / "none.npz")
    assert fault.value.code == "model.missing" and "Train one first" in fault.value.message("en")


def test_every_single_changed_byte_is_noticed_or_harmless(model, tmp_path):
    path = tmp_path / "m.npz"
    model.save(path)
    whole = path.read_bytes()
    for at in range(0, len(whole), max(1, len(whole) // 60)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1 :])
        try:
            assert Model.load(path).propose("水压不足") == model.propose("水压不足")
        except DamagedModel:
            pass


def test_made_up_demands_are_marked_and_always_the_same():
    assert made_up(20) == made_up(20) and made_up(20) != made_up(20, seed=2)
    assert all(text.endswith(MARK) and label in TOPICS for text, label in made_up(50))
