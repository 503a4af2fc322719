"""Sixty short documents as a commune's citizens and officers write them: title and
body, by number.
"""

DOCUMENTS: dict[int, tuple[str, str]] = dict(
    enumerate(
        [
            (
                "Đất ở từ năm 1985 chỉ có giấy viết tay thì làm sổ thế nào?",
                "Thửa đất đai này không tranh chấp, có đóng thuế. Làm sổ đỏ cần giấy tờ gì?",
            ),
            (
                "Hồ sơ tách thửa nộp 40 ngày chưa có kết quả",
                "Văn phòng đăng ký đất đai trả kết quả khi nào?",
            ),
            ("Sổ cấp năm 2007 thiếu phần đất vườn phía sau", "Xin đo đạc lại phần đất vườn."),
            (
                "Tranh chấp ranh giới với hàng xóm",
                "Đề nghị tổ hoà giải của thôn tiến hành hòa giải ở cơ sở.",
            ),
            (
                "Chuyển đất lúa sang đất trồng cây lâu năm",
                "Có phải xin phép chuyển mục đích sử dụng đất không?",
            ),
            ("Thu hồi đất làm đường tỉnh 626", "Giá bồi thường, hỗ trợ tái định cư tính thế nào?"),
            ("Xin bản đồ quy hoạch sử dụng đất", "Kế hoạch sử dụng đất năm 2026 xem ở đâu?"),
            (
                "Đăng ký khai sinh trễ hạn cần giấy gì?",
                "Con tôi sinh năm 2024, chưa đăng ký khai sinh.",
            ),
            (
                "Đăng ký kết hôn với người nước ngoài",
                "Uỷ ban nào giải quyết, có cần phiên dịch không?",
            ),
            ("Trích lục khai tử bản sao", "Ủy ban nhân dân xã có cấp ngoài giờ không?"),
            ("Xác nhận tình trạng hôn nhân", "Giấy xác nhận để vay vốn ngân hàng."),
            ("Làm căn cước cho người già yếu tại nhà", "Bà tôi 92 tuổi không đi lại được."),
            (
                "Đường vào thôn 4 bị ngập",
                "Mỗi trận mưa nước ngập đến đầu gối, học sinh không qua được.",
            ),
            (
                "Đường liên thôn bị đào ống nước chưa hoàn trả",
                "Mặt đường bê tông bị đào từ tháng trước.",
            ),
            (
                "Xe chở đất chạy giờ tan trường",
                "Xe ben chở đất che bạt không kín, bụi và nguy hiểm.",
            ),
            ("Ba cột đèn đường thôn Đông tắt một tháng", "Đèn cao áp hỏng, ban đêm rất tối."),
            ("Cầu treo Suối Khe hỏng ván", "Ván gãy, xe máy qua rất nguy hiểm."),
            (
                "Khi nào có nước sạch về thôn 3 Suối Khe?",
                "Giếng đào cạn vào mùa khô, nước có phèn.",
            ),
            ("Nước sinh hoạt có mùi clo", "Nước máy hai tuần nay mùi rất nặng."),
            ("Hóa đơn tiền nước tăng gấp ba", "Đồng hồ nước có bị hỏng không?"),
            ("Mùi hôi từ chuồng heo giữa khu dân cư", "Chuồng trại chăn nuôi sát trường mầm non."),
            ("Xe thu gom rác không vào ngõ 5", "Rác thải chất đống hai tuần nay."),
            ("Đốt rơm rạ khói ra quốc lộ", "Khói mù che tầm nhìn vào giờ cao điểm."),
            ("Bãi rác tự phát sau chợ Bình An", "Ruồi nhặng, nước rỉ rác chảy ra mương."),
            ("Tiếng ồn từ quán hát ban đêm", "Loa kéo mở đến 23 giờ 30 phút."),
            ("Trợ cấp người cao tuổi từ 75 tuổi", "Mẹ tôi 76 tuổi, không có lương hưu."),
            (
                "Vì sao nhà tôi bị đưa khỏi hộ cận nghèo?",
                "Kết quả rà soát hộ nghèo năm nay niêm yết ở đâu?",
            ),
            ("Giảm tiền sử dụng đất cho thân nhân liệt sĩ", "Hồ sơ gồm những gì?"),
            ("Thẻ bảo hiểm y tế hộ gia đình", "Mua thẻ cho người thứ ba được giảm bao nhiêu?"),
            ("Hỗ trợ nhà ở cho hộ nghèo", "Nhà dột nát, vách tre, muốn xin hỗ trợ xây nhà."),
            ("Tuyển sinh lớp 1 trái tuyến", "Con tôi có hộ khẩu ở xã khác."),
            ("Trường mầm non thiếu chỗ", "Khi nào mở thêm lớp nhà trẻ?"),
            ("Tiền ăn bán trú tăng", "Có thông báo nào về mức thu không?"),
            ("Xe đưa đón học sinh", "Xe chở quá số người."),
            (
                "Giấy phép xây dựng nhà ở riêng lẻ",
                "Nhà hai tầng ở nông thôn có phải xin giấy phép xây dựng?",
            ),
            ("Hàng xóm xây lấn ra mương thoát nước", "Mương bị bít nên nước tràn vào nhà tôi."),
            ("Nhà văn hóa thôn dột", "Xin sửa trước mùa mưa bão."),
            ("Sửa chữa kè suối", "Kè sạt lở 20 mét sau bão số 5."),
            ("Hộ kinh doanh tạp hoá kê khai thuế thế nào?", "Bỏ thuế khoán thì phải làm gì?"),
            ("Đăng ký hộ kinh doanh cá thể", "Mở quán ăn nhỏ cần giấy phép gì, lệ phí bao nhiêu?"),
            ("Vay vốn ngân hàng chính sách", "Điều kiện vay vốn giải quyết việc làm."),
            ("Giống lúa vụ đông xuân", "Lịch gieo sạ và giống lúa khuyến cáo?"),
            ("Dịch tả lợn châu Phi", "Hỗ trợ tiêu hủy heo bệnh bao nhiêu một ký?"),
            ("Tiêm phòng chó dại", "Lịch tiêm ở các thôn."),
            (
                "Kết quả đạt chuẩn nông thôn mới",
                "Xã đã đạt 18 tiêu chí, còn tiêu chí nào chưa đạt?",
            ),
            ("Sóng điện thoại yếu ở thôn Thượng", "Có kế hoạch dựng trạm không?"),
            ("Nộp hồ sơ trực tuyến bị lỗi", "Phải nộp lại hồ sơ ba lần do hệ thống lỗi đăng nhập."),
            ("Quên mật khẩu tài khoản dịch vụ công", "Số điện thoại cũ đã mất."),
            ("Lịch tiếp công dân của chủ tịch", "Ngày nào trong tháng, có cần hẹn trước không?"),
            ("Số điện thoại trực ban phòng chống lụt bão", "Gọi số nào khi nước lên?"),
            ("Công khai ngân sách xã năm 2025", "Báo cáo số 3595/QĐ-UBND đăng ở đâu?"),
            ("Thủ tục xin việc làm ở nước ngoài", "Trung tâm dịch vụ việc làm nào được phép?"),
            ("Nghĩa vụ quân sự tạm hoãn", "Em tôi đang học cao đẳng."),
            ("Chứng thực chữ ký tại nhà", "Người bệnh nằm viện có được chứng thực không?"),
            ("Phí vệ sinh thu hai lần", "Biên lai tháng 3 và tháng 4 trùng nhau."),
            ("Cây xanh ngã đổ trước cổng trường", "Cành khô gãy, đề nghị cắt tỉa."),
            ("Chó thả rông ở công viên", "Chó cắn trẻ em hôm chủ nhật."),
            ("Lấn chiếm vỉa hè trước chợ", "Hàng quán bày kín lối đi bộ."),
            ("Quý phụ huynh hỏi về học phí", "Học phí quý III thu khi nào?"),
            ("Thuý ở thôn Bắc xin xác nhận nơi cư trú", "Thúy cần giấy để khám chữa bệnh."),
        ],
        start=1,
    )
)
