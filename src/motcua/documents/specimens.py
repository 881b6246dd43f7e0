"""A filled specimen of each form, for the administrator's preview page, the bench and the tests. No real person."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from motcua.documents import contexts as c
from motcua.documents.form_sets import FormKind
from motcua.law.moments import VIETNAM

CODE = "H32.16-261121-0001"
LOOK_UP = f"https://motcua.khanhhoa.gov.vn/tra-cuu/{CODE}"
RECEIVED = datetime(2026, 11, 23, 8, 15, tzinfo=VIETNAM)
DUE = datetime(2026, 11, 26, 16, 0, tzinfo=VIETNAM)
CONTACT = c.Contact(phone="0258 3123 456", website="motcua.khanhhoa.gov.vn")
APPLICANT = c.Party(
    name="Nguyễn Thị Ánh Tuyết",
    address="Số 27, đường Trần Hưng Đạo, phường Nha Trang, tỉnh Khánh Hòa",
    phone="0905 123 456",
    email="anhtuyet.nguyen@example.vn",
    id_number="056190001234",
)
OWNER = c.Party(
    name="Công ty TNHH Thương mại và Dịch vụ Đại Dương Xanh",
    address="Phường Ninh Hòa, tỉnh Khánh Hòa",
    organisation=True,
)
REQUEST = "Cấp giấy phép xây dựng mới đối với nhà ở riêng lẻ"
CHAIRMAN = c.Signer(title="CHỦ TỊCH", name="Phạm Quốc Vượng", on_behalf="TM. ỦY BAN NHÂN DÂN")
RECIPIENTS = ("Như trên", "Trung tâm Phục vụ hành chính công", "Lưu: VT, hồ sơ")


def head(number: str, *, qr: str = LOOK_UP, on: date = date(2026, 11, 23)) -> c.Head:
    return c.Head(
        parent="UBND phường Nha Trang",
        office="Trung tâm Phục vụ hành chính công",
        place="Nha Trang",
        on=on,
        number=number,
        code=CODE if qr else "",
        qr=qr,
    )


def specimen(kind: FormKind) -> c.Context:
    """A filled context of this kind."""
    return _SPECIMENS[kind]


_SPECIMENS: dict[FormKind, c.Context] = {
    FormKind.RECEIPT: c.Receipt(
        head=head("105/TTPVHCC"),
        desk="Trung tâm Phục vụ hành chính công phường Nha Trang",
        submitter=APPLICANT,
        request=REQUEST,
        papers=(
            c.PaperLine("Đơn đề nghị cấp giấy phép xây dựng", originals=1),
            c.PaperLine("Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở", certified=1),
            c.PaperLine("Bản vẽ thiết kế xây dựng", originals=2),
        ),
        limit="03 ngày làm việc",
        received_at=RECEIVED,
        due_at=DUE,
        return_at="Quầy số 3, Trung tâm Phục vụ hành chính công phường Nha Trang",
        receiver="Lê Hoàng Minh",
        fee_vnd=75_000,
        book=2,
        serial=105,
        contact=CONTACT,
    ),
    FormKind.SUPPLEMENT: c.SupplementRequest(
        head=head("12/HDHS-TTPVHCC"),
        applicant=APPLICANT,
        request=REQUEST,
        items=(
            "Bổ sung bản sao có chứng thực Giấy chứng nhận quyền sử dụng đất.",
            "Bản vẽ mặt cắt móng chưa ghi tỷ lệ và chưa có chữ ký của người thiết kế; đề nghị hoàn thiện.",
        ),
        reason="Thành phần hồ sơ chưa đầy đủ, bản vẽ chưa đúng quy định.",
        guide="Lê Hoàng Minh",
        answer_by=datetime(2026, 12, 7, 17, 0, tzinfo=VIETNAM),
        contact=CONTACT,
    ),
    FormKind.REFUSAL: c.Refusal(
        head=head("04/TTPVHCC", qr=""),
        desk="Trung tâm Phục vụ hành chính công phường Nha Trang",
        applicant=APPLICANT,
        request=REQUEST,
        reason="Công trình thuộc thẩm quyền cấp giấy phép của Sở Xây dựng; đề nghị nộp hồ sơ đến cơ quan này.",
        receiver="Lê Hoàng Minh",
        contact=CONTACT,
    ),
    FormKind.APOLOGY: c.Apology(
        head=c.Head(
            parent="Tỉnh Khánh Hòa",
            office="UBND phường Nha Trang",
            place="Nha Trang",
            on=date(2026, 11, 25),
            number="09/XLGH",
            code=CODE,
            qr=LOOK_UP,
        ),
        applicant=APPLICANT,
        request=REQUEST,
        received_at=RECEIVED,
        due_at=DUE,
        reason="Sở Nông nghiệp và Môi trường chưa có ý kiến về chỉ giới đường đỏ của khu đất.",
        until=DUE + timedelta(days=5),
        return_at="Trung tâm Phục vụ hành chính công phường Nha Trang",
        signer=CHAIRMAN,
        late=False,
        extension="03 ngày làm việc",
        time=1,
        recipients=RECIPIENTS,
        contact=CONTACT,
    ),
    FormKind.STOP: c.StopNotice(
        head=head("07/TB-UBND"),
        applicant=APPLICANT,
        request=REQUEST,
        received_at=RECEIVED,
        stage="Thẩm định hồ sơ",
        decision="Quyết định số 118/QĐ-UBND ngày 24/11/2026",
        reason="Ông/bà đề nghị dừng giải quyết vì thay đổi thiết kế.",
        signer=CHAIRMAN,
        asked_on=date(2026, 11, 24),
        papers_returned=(
            "Đơn đề nghị cấp giấy phép xây dựng (01 bản chính)",
            "Bản vẽ thiết kế xây dựng (02 bản chính)",
        ),
        fee_handling="Hoàn trả 75.000 đ lệ phí đã nộp.",
        recipients=RECIPIENTS,
    ),
    FormKind.CONTROL_SLIP: c.ControlSlip(
        head=head("105/TTPVHCC"),
        request=REQUEST,
        lead_agency="Phòng Kinh tế, Hạ tầng và Đô thị phường Nha Trang",
        received_at=RECEIVED,
        due_at=DUE,
        cooperating=("Văn phòng HĐND và UBND phường Nha Trang",),
        book=2,
        serial=105,
        rows=(
            c.HandOver(
                from_unit="Trung tâm Phục vụ hành chính công",
                to_unit="Phòng Kinh tế, Hạ tầng và Đô thị",
                at=RECEIVED + timedelta(hours=2),
                giver="Lê Hoàng Minh",
                taker="Trần Văn Đức",
                result=c.StepResult.EARLY,
            ),
            c.HandOver(
                from_unit="Phòng Kinh tế, Hạ tầng và Đô thị",
                to_unit="Trung tâm Phục vụ hành chính công",
                at=DUE - timedelta(hours=1),
                giver="Trần Văn Đức",
                taker="Lê Hoàng Minh",
                result=c.StepResult.OVERDUE,
                note="Chờ ý kiến phối hợp",
            ),
        ),
        blank_rows=1,
    ),
    FormKind.REGISTER: c.Register(
        head=head("", qr=""),
        scope="Lĩnh vực: Hoạt động xây dựng",
        book=2,
        first_on=date(2026, 1, 2),
        last_on=date(2026, 12, 31),
        keeper="Lê Hoàng Minh",
        rows=tuple(
            c.RegisterRow(
                serial=n,
                code=f"H32.16-261123-{n:04d}",
                procedure=REQUEST,
                sets=1,
                applicant=APPLICANT.name,
                contact=f"{APPLICANT.address}; {APPLICANT.phone}",
                lead_agency="Phòng Kinh tế, Hạ tầng và Đô thị",
                received_on=RECEIVED.date(),
                due_on=DUE.date(),
                returned_on=DUE.date() if n % 3 else None,
                return_way="Trực tiếp",
                signed="Đã ký" if n % 3 else "",
            )
            for n in range(1, 25)
        ),
    ),
    FormKind.RETURN_REPLY: c.ReturnReply(
        head=c.Head(
            parent="Tỉnh Khánh Hòa",
            office="UBND phường Nha Trang",
            place="Nha Trang",
            on=DUE.date(),
            number="215/TB-UBND",
            code=CODE,
            qr=LOOK_UP,
        ),
        applicant=APPLICANT,
        request=REQUEST,
        received_at=RECEIVED,
        reason="Thửa đất nằm trong phạm vi hành lang bảo vệ an toàn công trình giao thông.",
        grounds=("Luật Xây dựng ngày 18 tháng 6 năm 2014, Điều 93",),
        papers_returned=("Toàn bộ hồ sơ đã nộp (01 bộ)",),
        guidance="Ông/bà có thể điều chỉnh vị trí công trình ra ngoài hành lang bảo vệ và nộp hồ sơ mới.",
        signer=CHAIRMAN,
        recipients=RECIPIENTS,
        contact=CONTACT,
    ),
    FormKind.RESULT_RECEIPT: c.ResultReceipt(
        head=head("98/BNTKQ-TTPVHCC", on=DUE.date()),
        request=REQUEST,
        owner=OWNER.name,
        giver="Lê Hoàng Minh",
        receiver=APPLICANT,
        results=(
            c.ResultLine(
                "Giấy phép xây dựng", "112/GPXD", date(2026, 11, 26), "Cấp phép xây dựng nhà ở riêng lẻ 03 tầng"
            ),
        ),
        handed_over_at=DUE,
        fee_vnd=75_000,
    ),
    FormKind.CONSULTATION: c.Consultation(
        head=head("45/SXD-QLXD", qr="https://motcua.khanhhoa.gov.vn/hoi-y-kien/vi-du/"),
        body="Bộ Chỉ huy Quân sự tỉnh",
        request=REQUEST,
        question="Công trình tại thửa đất số 12 có ảnh hưởng đến công trình quốc phòng hay không?",
        papers=("Bản vẽ thiết kế xây dựng", "Trích lục bản đồ địa chính"),
        answer_by=DUE,
        link="https://motcua.khanhhoa.gov.vn/hoi-y-kien/vi-du/",
        signer=CHAIRMAN,
        recipients=("Như trên", "Lưu: VT, hồ sơ"),
        contact=CONTACT,
    ),
    FormKind.HAND_OVER: c.HandOverSheet(
        head=head("12/2026/DSBG-NT", qr=""),
        title="Danh sách bàn giao hồ sơ thủ tục hành chính",
        giving="Trung tâm Phục vụ hành chính công phường Nha Trang",
        taking="Phòng Kinh tế, Hạ tầng và Đô thị",
        cut_at=datetime(2026, 11, 23, 15, 0, tzinfo=VIETNAM),
        lines=tuple(
            c.HandOverLine(
                f"H32.16-261123-{n:04d}",
                REQUEST,
                APPLICANT.name,
                "3 bản chính, 1 bản sao",
                DUE,
                "Bên nhận từ chối: thiếu bản vẽ thiết kế" if n == 3 else "Đã nhận",
            )
            for n in range(1, 8)
        ),
        giver="Lê Hoàng Minh",
        given_at=datetime(2026, 11, 23, 15, 10, tzinfo=VIETNAM),
        taker="Trần Văn Đức (làm thay Nguyễn Thị Lan)",
        taken_at=datetime(2026, 11, 23, 15, 40, tzinfo=VIETNAM),
        mark="9f2c11a07be3d4f8",
    ),
    FormKind.PROCEDURE_LIST: c.ProcedureList(
        head=head("", qr=""),
        desk="Trung tâm Phục vụ hành chính công phường Nha Trang",
        procedures=(
            c.ListedProcedure(
                "1.001193",
                "Đăng ký khai sinh",
                "Hộ tịch",
                "Ngay trong ngày",
                "Không thu",
                "Trực tiếp, trực tuyến, bưu chính",
            ),
            c.ListedProcedure(
                "1.000894", "Đăng ký kết hôn", "Hộ tịch", "Ngay trong ngày", "Không thu", "Trực tiếp, trực tuyến"
            ),
            c.ListedProcedure(
                "2.000815",
                "Chứng thực bản sao từ bản chính giấy tờ, văn bản do cơ quan, tổ chức của Việt Nam cấp",
                "Chứng thực",
                "Ngay trong ngày",
                "2.000 đ/trang",
                "Trực tiếp",
            ),
        ),
    ),
}
