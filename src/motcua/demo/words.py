"""What people write in the demonstration. Provisions are shown as illustrations, not as quotations of law."""

from __future__ import annotations

MISSING = (
    (
        "Bản vẽ mặt bằng hiện trạng có xác nhận của đơn vị đo vẽ",
        "Hồ sơ thiếu bản vẽ theo thành phần hồ sơ đã công khai.",
    ),
    ("Tờ khai ghi đủ ngày, tháng, năm sinh và có chữ ký của người khai", "Tờ khai chưa ký và còn bỏ trống một số mục."),
    ("Bản chụp rõ nét giấy tờ tùy thân, đủ hai mặt", "Tệp đính kèm bị mờ, không đọc được số định danh."),
    (
        "Văn bản ủy quyền có công chứng hoặc chứng thực",
        "Người nộp không phải chủ hồ sơ nhưng chưa có văn bản ủy quyền.",
    ),
    ("Chứng từ đã nộp lệ phí", "Chưa có chứng từ nộp lệ phí kèm hồ sơ."),
)
REFUSALS = (
    "Thủ tục không thuộc thẩm quyền giải quyết của cơ quan đã chọn.",
    "Người nộp không thuộc đối tượng thực hiện của thủ tục.",
    "Giấy tờ đã nộp bị tẩy xóa, không sử dụng được.",
    "Sau khi hoàn thiện, hồ sơ vẫn không đúng thành phần quy định.",
)
DUPLICATE = "Hồ sơ trùng với hồ sơ cùng thủ tục đang được giải quyết."
WITHDRAWALS = (
    "Tôi đã nộp nhầm thủ tục.",
    "Gia đình thay đổi kế hoạch nên chưa có nhu cầu thực hiện.",
    "Tôi cần chuẩn bị lại giấy tờ trước khi nộp.",
)
DECLINED = "Kết quả đang trình ký, việc dừng giải quyết không còn phù hợp với quy định."
INELIGIBLE = (
    "Không đáp ứng điều kiện về quy mô theo quy định của thủ tục.",
    "Thời gian hành nghề chưa đủ theo quy định.",
    "Thông tin kê khai không khớp với dữ liệu của cơ quan quản lý.",
)
STOPS = "Công trình đang có tranh chấp, tòa án đã thụ lý; cơ quan dừng giải quyết theo văn bản của tòa án."
PROVISION = "Quy định của pháp luật chuyên ngành về thủ tục này (minh họa)"
PAYMENT_PROVISION = "Quy định của pháp luật chuyên ngành về nghĩa vụ tài chính (minh họa)"
SUSPENSION_PROVISION = "Quy định về thời gian niêm yết công khai không tính vào thời hạn giải quyết (minh họa)"
EXTENSIONS = "Hồ sơ có nội dung phức tạp, cần xác minh thêm tại thực địa."
DELAYS = (
    "Cơ quan phối hợp trả lời chậm.",
    "Lượng hồ sơ tăng cao trong tuần, phòng chuyên môn không xử lý kịp.",
    "Cán bộ thụ lý nghỉ ốm, việc bàn giao bị chậm.",
)
SENT_BACK = (
    "Dự thảo chưa nêu đủ căn cứ pháp lý; bổ sung rồi trình lại.",
    "Số liệu trong tờ trình không khớp hồ sơ; rà soát, sửa lại.",
    "Sai tên chủ hồ sơ trong dự thảo kết quả; sửa lại.",
)
LATE_ENTRIES = (
    "Tiếp nhận lưu động tại thôn, không có kết nối mạng; ghi bù khi về trụ sở.",
    "Mất điện tại trụ sở, đã ghi sổ giấy và nhập bù.",
)
WRONG_RESULT = "Ghi nhầm kết quả của hồ sơ khác; khôi phục bước xử lý để ghi lại đúng."
CORRECTED = "Sửa nội dung yêu cầu do nhập sai địa chỉ công trình."
REQUESTS = (
    "Nhà ở tại đường Mẫu số {n}",
    "Địa chỉ liên hệ: tổ dân phố Mẫu {n}",
    "Số giấy tờ kèm theo: {n}",
)
CERTIFIED = (
    "Giấy khai sinh", "Bằng tốt nghiệp", "Giấy chứng nhận quyền sử dụng đất", "Học bạ", "Giấy đăng ký xe", "Sổ hộ chiếu", "Hợp đồng lao động",
)  # fmt: skip
