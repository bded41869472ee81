"""The whole way in a real browser: from a crossing to the signed handover, and from a telephone call to a closed incident."""

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from config import load
from domain.account import Role
from domain.alert import Alert, AlertLevel, Condition, Reason, Transition
from domain.case import Case, CaseStep
from domain.handover import Handover
from domain.order import Order
from domain.shift import Shift
from duty.shifts import turn
from jobs.clock import utc_now
from store import Store, open_store
from store.desk import Planned
from tests.e2e.conftest import CITY, ROOT, Cockpit, Come

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

expect.set_options(timeout=45_000)
WIDTH = 390  # of a telephone
PHONE = {"viewport": {"width": WIDTH, "height": 844}, "has_touch": True, "is_mobile": True}
SAY = "清远站 PM10 188 超过 150"


def crossing(store: Store) -> Case:
    """A P3 that nobody has signed for, with the alert behind it, as the rules leave one."""
    at = utc_now() - timedelta(minutes=1)
    key, place, level = f"way|{at.isoformat()}", "441802", AlertLevel.P3
    alert = Alert(key, "way", "air.pm10", place, level, Condition.FIRING, at, at, 188.0, SAY, at)
    moved = Transition(key, at, Condition.NORMAL, Condition.FIRING, level, 188.0, Reason.BREACHED)
    fresh = Case("", key, "way", "air.pm10", place, place, "environment", level, SAY, Condition.FIRING, at, at)
    (case,) = store.desk.save([alert], [moved], Planned([CaseStep(fresh, "open", at)]), at).cases
    return case


def button(where: Page | Locator, name: str) -> Locator:
    return where.get_by_role("button", name=name, exact=True)


def press(where: Page | Locator, name: str) -> None:
    """A button, by keyboard."""
    button(where, name).press("Enter")


def choose(page: Page, group: str, name: str) -> None:
    """One of some choices, by keyboard."""
    page.get_by_role("group", name=group).get_by_role("radio", name=name, exact=True).press("Space")


def write(page: Page, label: str, text: str) -> None:
    """Into a field, by keyboard, in place of what stands there."""
    entry = page.get_by_role("textbox", name=label, exact=True)
    entry.press("Control+a")
    page.keyboard.type(text)
    expect(entry).to_have_value(text)


def test_from_a_crossing_to_the_handover_signed_by_both(come: Come, cockpit: Cockpit) -> None:
    with open_store(cockpit.database) as store:
        number = crossing(store).id
        officer, verifier = come(Role.DUTY), come(Role.SHIFT)
        clerk = come(Role.CLERK, **PHONE)
        sent_out(officer.page, cockpit, number)
        (order,) = (one.id for one in store.duty.dossiers(Order) if one.about == number)
        answered(clerk.page, cockpit, order)
        verified(officer.page, verifier.page, cockpit, number)
        sheet = drawn_up(store)
        handed_over(verifier.page, come(Role.LEADER).page, cockpit, sheet, number)
    for visit in (officer, verifier, clerk):
        assert (visit.outside, visit.failed, visit.errors) == ([], [], [])


def sent_out(page: Page, cockpit: Cockpit, number: str) -> None:
    """The officer finds it, signs for it and sends it to the department that answers for it."""
    page.goto(f"{cockpit.url}duty")
    expect(page.locator(f"#row-{number}")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    expect(page.locator(".case-row")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".case-facts")).to_contain_text(number)
    page.keyboard.press("a")
    expect(page.locator(".case-state")).to_have_text("已签收")
    page.keyboard.press("d")
    expect(page.locator("#duty-field-unit")).to_have_value("市生态环境局")
    expect(page.locator("#duty-field-reason")).to_be_focused()
    page.keyboard.type("查明原因并压减扬尘")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".case-state")).to_have_text("处置中")
    expect(page.locator("section.is-orders")).to_contain_text("已派发")
    link = page.locator("section.is-orders a")
    order = link.inner_text()
    link.press("Enter")
    expect(page.locator("#orders-pane")).to_contain_text(order)
    page.go_back()
    expect(page.locator(".case-facts")).to_contain_text(number)


def answered(page: Page, cockpit: Cockpit, order: str) -> None:
    """The department's clerk, on a telephone."""
    page.goto(f"{cockpit.url}orders")
    page.locator("li.thing", has_text=order).get_by_role("button", name="查看").tap()
    state = page.locator(".order-tags")
    for step, after in (("签收", "单位签收"), ("开始处置", "处置中")):
        button(page, step).tap()
        expect(state).to_contain_text(after)
    page.get_by_role("textbox", name="情况说明").fill("三处工地已停工洒水，PM10 回落")
    page.get_by_role("textbox", name="佐证").fill("现场照片三张")
    button(page, "提请核查").tap()
    expect(state).to_contain_text("待核查")
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH


def verified(officer: Page, verifier: Page, cockpit: Cockpit, number: str) -> None:
    """Whoever sent it out is told that somebody else has to look; somebody else does."""
    expect(officer.locator(".case-state")).to_have_text("待核查")  # without a reload
    officer.keyboard.press("c")
    expect(officer.locator("#duty-field-reason")).to_be_focused()
    officer.keyboard.type("看过了")
    officer.keyboard.press("Control+Enter")
    expect(officer.get_by_text("派单人以外的值班人员").first).to_be_visible()
    verifier.goto(f"{cockpit.url}duty?case={number}")
    expect(verifier.locator(".case-state")).to_have_text("待核查")
    verifier.keyboard.press("c")
    expect(verifier.locator("#duty-field-reason")).to_be_focused()
    verifier.keyboard.type("照片与读数相符，数值正在回落")
    verifier.keyboard.press("Control+Enter")
    expect(verifier.locator(".case-state")).to_have_text("已办结")
    expect(officer.locator(".case-state")).to_have_text("已办结")


def drawn_up(store: Store) -> str:
    """The sheet that time would draw up half an hour before the change, at whichever time of day this runs."""
    now, (city, _) = utc_now(), load(ROOT / CITY, {})
    assert city is not None
    assert city.roster is not None
    early = city.roster.model_copy(update={"draft": timedelta(days=1)})
    store.duty.decide(turn(early, city.zone, now), None, now)
    (on,) = (one for one in store.duty.dossiers(Shift) if one.state == "on")
    return on.handover


def handed_over(page: Page, leader: Page, cockpit: Cockpit, sheet: str, number: str) -> None:
    """It stands in the sheet; what others left open is let through by a leader and looked at; both sides sign."""
    leader.goto(f"{cockpit.url}handover?id={sheet}")
    write(leader, "特批理由", "其他事项已当面交接")
    press(leader, "特批放行")
    page.goto(f"{cockpit.url}handover?id={sheet}")
    expect(page.locator(".is-passed")).to_contain_text(number)
    expect(page.get_by_text("其他事项已当面交接").first).to_be_visible()
    for side in (0, 1):
        # The city goes on meanwhile: what has come up since is looked at too, and the signature given again.
        assert any(signs(page, side, signer(cockpit, sheet, side)) for _ in range(3)), page.locator("main").inner_text()
    expect(page.locator(".sheet-head")).to_contain_text("已交接")
    expect(page.locator(".is-passed")).to_contain_text(number)


def signs(page: Page, side: int, login: str) -> bool:
    """Whether the sheet took the signature of a side."""
    look_at(page)
    sign = page.locator(".sign").nth(side)
    sign.get_by_label("登录名").press("Control+a")
    page.keyboard.type(login)
    sign.get_by_role("button").press("Enter")
    try:
        expect(page.locator(".signed")).to_have_count(side + 1, timeout=15_000)
    except AssertionError:
        return False
    return True


def look_at(page: Page) -> None:
    """Every P1 and P2 that other tests and the city have left is looked at."""
    left = page.locator(".is-urgent li").filter(has=page.get_by_role("button", name="核对", exact=True))
    while left.count():
        number = left.first.locator("a.link").inner_text()
        button(left.first, "核对").press("Enter")
        expect(page.locator(".is-urgent li", has_text=number).get_by_role("button")).to_have_text("✓ 已核对")


def signer(cockpit: Cockpit, sheet: str, side: int) -> str:
    """An officer of the outgoing (0) or the incoming (1) shift."""
    with open_store(cockpit.database) as store:
        held = store.duty.dossier(Handover, sheet)
        assert held is not None
        shift = store.duty.dossier(Shift, (held.outgoing, held.incoming)[side])
        assert shift is not None
        return shift.officers[0]


def test_an_incident_from_the_telephone_to_its_review(come: Come, cockpit: Cockpit) -> None:
    officer, head, leader = come(Role.DUTY), come(Role.SHIFT), come(Role.LEADER)
    key = taken_down(officer.page, cockpit)
    for visit in (head, leader):
        visit.page.goto(f"{cockpit.url}incidents?id={key}")
        expect(visit.page.locator(".sheet-head")).to_contain_text(key)
    graded(officer.page, head.page)
    planned(officer.page)
    responded(officer.page, leader.page)
    reported(head.page, "首报", "信息来源", "连江口镇政府来电")
    reported(head.page, "续报一", "处置进展", "已转移 120 人")
    ended(officer.page, leader.page)
    reported(head.page, "终报", "善后与评估", "群众已返家，堤段加固")
    reviewed(officer.page, head.page)
    for visit in (officer, head, leader):
        assert (visit.outside, visit.failed, visit.errors) == ([], [], [])


def taken_down(page: Page, cockpit: Cockpit) -> str:
    """The telephone form; the number that the incident has got."""
    title = f"连江漫堤 {utc_now():%H%M%S%f}"
    page.goto(f"{cockpit.url}incidents")
    press(page, "接报登记")
    choose(page, "事件类别", "洪涝")
    write(page, "事件标题", title)
    write(page, "事发地点", "连江口镇江边")
    choose(page, "区县", "英德市")
    write(page, "死亡（人）", "3")
    write(page, "报告单位", "连江口镇政府")
    write(page, "联系电话", "13800000000")
    write(page, "经过", "凌晨江水漫过堤顶")
    press(page, "登记")
    row = page.locator("li.thing", has_text=title)
    expect(row).to_contain_text("接报待核实")
    press(row, "查看")
    expect(page.locator(".sheet-head")).to_contain_text(title)
    return str(page.locator(".sheet-head .thing-facts span").first.inner_text())


def graded(officer: Page, head: Page) -> None:
    """Verified; the desk proposes the grade that the harm asks for, and somebody else confirms it."""
    write(officer, "情况、理由或告警编号", "已与镇政府和水文站核对")
    press(officer, "核实")
    tags = officer.locator(".sheet-head")
    expect(tags).to_contain_text("处置中")
    expect(button(officer, "处置完毕")).to_be_visible()
    press(officer, "拟定级别")
    expect(tags).to_contain_text("拟较大")
    expect(button(officer, "核定级别")).to_have_count(0)
    press(head, "核定级别")
    expect(head.locator(".sheet-head")).to_contain_text("较大")
    expect(head.locator(".sheet-head")).not_to_contain_text("拟较大")


def planned(page: Page) -> None:
    """The plan has started by itself; a step is done with what shows it."""
    plan = page.get_by_label("预案", exact=True)
    expect(plan).to_contain_text("防洪应急预案 · 0/6")
    press(plan.locator("li").first, "办理")
    write(page, "完成依据或原因", "水位 12.3 m，水文站电话")
    press(page, "完成")
    expect(plan).to_contain_text("防洪应急预案 · 1/6")
    expect(plan.locator("li").first).to_contain_text("水位 12.3 m")
    expect(button(page, "完成")).to_have_count(0)


def responded(officer: Page, leader: Page) -> None:
    """The desk suggests a response, a leader approves it."""
    press(officer, "建议响应")
    choose(officer, "响应级别", "Ⅲ级")
    press(officer.locator(".form-end"), "建议响应")
    expect(officer.locator(".sheet-head")).to_contain_text("Ⅲ级响应待批准")
    press(leader, "批准响应")
    for page in (leader, officer):
        expect(page.locator(".sheet-head .is-response")).to_have_text("Ⅲ级响应")
    expect(button(officer, "处置完毕")).to_be_visible()


def reported(page: Page, name: str, part: str, words: str) -> None:
    """A report that is owed is filled in, signed and sent; from then on it is read only."""
    row = page.get_by_label("信息报送").locator("li", has_text=name)
    expect(row).to_contain_text("待报送")
    press(row, "填报")
    write(page, part, words)
    press(page, "签发报送")  # the login stands there, a demonstration's account has no password
    expect(row).to_contain_text("已报送")
    expect(page.get_by_role("textbox", name=part, exact=True)).to_have_count(0)
    expect(page.locator("#incidents-pane")).to_contain_text(words)


def ended(officer: Page, leader: Page) -> None:
    """Under control, and the response ended by whoever may."""
    write(officer, "情况、理由或告警编号", "险情排除，群众安置完毕")
    press(officer, "处置完毕")
    expect(officer.locator(".sheet-head")).to_contain_text("已控制")
    expect(button(leader, "终止响应")).to_be_visible()
    write(leader, "情况、理由或告警编号", "水位退至警戒以下")
    press(leader, "终止响应")
    expect(officer.locator(".sheet-head .is-response")).to_have_count(0)


def reviewed(officer: Page, head: Page) -> None:
    """It is not closed before the review; then it is, and read only."""
    review = officer.get_by_label("评估", exact=True)
    expect(review).to_contain_text("评估尚未填写")
    press(officer, "填写评估")
    write(officer, "原因分析", "堤段沉降未及时加固")
    write(officer, "经验教训", "汛前须逐段复测")
    officer.get_by_label("改进事项").first.press("Control+a")
    officer.keyboard.type("复测并加固连江口镇堤段")
    officer.get_by_label("责任人").first.press("Control+a")
    officer.keyboard.type("市水利局")
    press(officer, "保存评估")
    expect(review).to_contain_text("复测并加固连江口镇堤段")
    expect(review).not_to_contain_text("结案前还须")
    press(head, "返回事件")
    press(head, "结案")
    for page in (head, officer):
        expect(page.locator(".sheet-head")).to_contain_text("已结案")
