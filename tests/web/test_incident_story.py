"""An incident from end to end, each step by the person whose step it is, in her browser."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.conftest import NARROW, WIDE, OpenPage, assert_accessible


@dataclass(frozen=True)
class Words:
    """What is on the screens, in one language."""

    language: str
    start: str
    send: str
    claim: str
    complete: str
    completed: str
    mine: str
    team: str
    triage: str
    work: str
    answer: str
    confirm: str
    wrong: str
    description: str
    impact: str
    urgency: str
    is_incident: str
    category: str
    network: str
    service_desk: str
    ask: str
    question: str
    your_answer: str
    hand_over: str
    resolved: str
    resolution: str
    kind: str
    fixed: str
    close: str
    closed: str


ENGLISH = Words(
    language="en",
    start="Start something",
    send="Send",
    claim="Claim",
    complete="Complete",
    completed="You have completed this task",
    mine="Mine",
    team="For my teams",
    triage="Triage",
    work="Work on the incident",
    answer="Answer the question",
    confirm="Confirm the resolution",
    wrong="What is wrong?",
    description="Description",
    impact="2 - a department or site",
    urgency="2 - work is hindered",
    is_incident="Yes, work on it",
    category="Category",
    network="Network",
    service_desk="Service desk",
    ask="Ask the requester",
    question="Question to the requester",
    your_answer="Your answer",
    hand_over="Hand it over",
    resolved="It is resolved",
    resolution="Resolution",
    kind="Kind of resolution",
    fixed="Fixed",
    close="Yes, close it",
    closed="completed",
)
CHINESE = Words(
    language="zh-CN",
    start="服务目录",
    send="提交",
    claim="认领",
    complete="完成",
    completed="您已完成此任务",
    mine="我的",
    team="我的团队",
    triage="分派",
    work="处理事件",
    answer="回答问题",
    confirm="确认解决方案",
    wrong="出了什么问题？",
    description="描述",
    impact="2 - 一个部门或站点",
    urgency="2 - 工作受阻",
    is_incident="是，开始处理",
    category="类别",
    network="网络",
    service_desk="服务台",
    ask="询问请求人",
    question="向请求人提问",
    your_answer="您的回答",
    hand_over="转交",
    resolved="已解决",
    resolution="解决方案",
    kind="解决方式",
    fixed="已修复",
    close="是，关闭",
    closed="已完成",
)
SPEAK = """async language => {
    const {person} = await (await fetch('/api/v1/auth/me')).json();
    localStorage.setItem(`baton.language.${person.id}`, language);
}"""


@pytest.mark.parametrize(
    ("words", "size"),
    [(ENGLISH, WIDE), (CHINESE, NARROW)],
    ids=["in-english", "in-chinese-on-a-phone"],
)
def test_an_incident_goes_from_hand_to_hand_until_it_is_solved(
    open_page: OpenPage, words: Words, size: dict[str, int]
) -> None:
    title = f"The scanner sleeps ({words.language}, {size['width']})"

    def at(path: str, who: str) -> Page:
        page = open_page("/requests", who, size=size)
        page.evaluate(SPEAK, words.language)
        page.goto(path)
        return page

    ann = at("/catalogue/incident", "ann")
    ann.get_by_label(words.wrong).fill(title)
    ann.get_by_label(words.description).fill("Since this morning it does not wake up.")
    ann.get_by_label(words.impact).check()
    ann.get_by_label(words.urgency).check()
    assert_accessible(ann)
    ann.get_by_role("button", name=words.send, exact=True).click()
    expect(ann).to_have_url(re.compile("/cases/.+"))
    case = ann.url.rpartition("/cases/")[2]

    sam = at("/work?tab=team", "sam")
    sam.get_by_role("main").get_by_role("searchbox").fill(title)
    expect(sam).to_have_url(re.compile("q="))
    the_only(sam.get_by_role("link", name=words.triage, exact=True)).click()
    sam.get_by_label(words.is_incident).check()
    sam.get_by_label(words.category).select_option(index=1)
    sam.get_by_label(words.service_desk).check()
    do(sam, words)
    # What comes next in this case is offered at once.
    sam.get_by_role("link", name=re.compile(f"{re.escape(words.work)}.*{re.escape(title)}")).click()
    sam.get_by_label(words.ask).check()
    sam.get_by_label(words.question).fill("Is it plugged in?")
    do(sam, words)

    answer = open_task(ann, case, words.answer)
    expect(answer.get_by_text("Is it plugged in?")).to_be_visible()
    answer.get_by_label(words.your_answer).fill("It is.")
    do(answer, words)

    work = open_task(sam, case, words.work)
    expect(work.get_by_text("It is.", exact=True)).to_be_visible()
    work.get_by_label(words.hand_over, exact=True).check()
    work.locator("form").get_by_label(words.network).check()
    do(work, words)

    nia = at("/work?tab=team", "nia")
    nia.get_by_role("main").get_by_role("searchbox").fill(title)
    expect(nia).to_have_url(re.compile("q="))
    the_only(nia.get_by_role("button", name=re.compile(f"^{words.claim}"))).click()
    nia.get_by_role("tab", name=re.compile(f"^{words.mine}[\\s0-9+]*$")).click()
    the_only(nia.get_by_role("link", name=words.work, exact=True)).click()
    nia.get_by_label(words.resolved).check()
    nia.get_by_label(words.resolution).first.fill("Woken by a cable that was not loose any more.")
    nia.get_by_label(words.kind).select_option(words.fixed)
    assert_accessible(nia)
    do(nia, words)

    confirm = open_task(ann, case, words.confirm)
    expect(confirm.get_by_text("Woken by a cable")).to_be_visible()
    confirm.get_by_label(words.close).check()
    do(confirm, words)
    ann.goto(f"/cases/{case}")
    expect(ann.get_by_role("main")).to_contain_text(words.closed)


def the_only(found: Locator) -> Locator:
    """What a filter leaves, once it is in force: until then others' work is listed too."""
    expect(found).to_have_count(1)
    return found


def open_task(page: Page, case: str, name: str) -> Page:
    """The page of the case's open task, by way of the case."""
    page.goto(f"/cases/{case}")
    page.get_by_role("link", name=name, exact=True).first.click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    return page


def do(page: Page, words: Words) -> None:
    page.get_by_role("button", name=words.complete, exact=True).click()
    expect(page.get_by_role("heading", name=words.completed)).to_be_visible()
