"""The empty table of a form: for whoever may read the form, and for nobody else."""

import io
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from api import form_template
from api.errors import ApiError
from domain.account import Role
from tests.api.conftest import Web
from tests.duty.forms import EAST, WEST, city, clerk


async def test_it_has_the_forms_heads_and_rows_and_comes_back_as_it_went(web: Web) -> None:
    services = replace(web.services, city=city())
    for who in (clerk(), clerk("zhao", "", Role.SHIFT), clerk("root", "", Role.ADMIN)):
        answer = form_template._answer(services, who, "env_month")
        rows = list(load_workbook(io.BytesIO(bytes(answer.body))).active.values)
        assert rows[0] == ("代码", "地区", "执法检查（家次）", "罚款金额（万元）")
        assert [row[0] for row in rows[1:]] == [EAST, WEST]


@pytest.mark.parametrize("role", [Role.DUTY, Role.LEADER, Role.WALL, Role.CLERK])
async def test_for_others_there_is_no_such_form(web: Web, role: Role) -> None:
    services = replace(web.services, city=city())
    with pytest.raises(ApiError, match="no such form"):
        form_template._answer(services, clerk("x", "市水利局", role), "env_month")


async def test_what_is_no_form_or_no_workbook_is_not_there(web: Web) -> None:
    client = web.client(Role.ADMIN)
    for wanted in ("template.xlsx?form=hall", "template.xlsx", "template.csv?form=hall"):
        assert (await client.get(f"/forms/{wanted}")).status_code == 404
