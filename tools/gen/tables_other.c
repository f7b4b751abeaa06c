/* Facts of other kinds: streets, hamlets, hospitals, ethnic groups, Ê-đê names, regional doublets,
 * land uses.
 *
 * Streets: the most frequent of thien0291/vietnam_dataset (MIT, 2019). Ethnic groups: the list of
 * 1979 (QĐ 121-TCTK). The rest is common knowledge and public code lists.
 */
#include "facts.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

const char *const gen_streets[] = {
    "Quốc lộ 1A", "Hùng Vương", "Trần Hưng Đạo", "Trần Phú", "Lê Hồng Phong", "Lê Lợi", "Ngô Quyền",
    "Lý Thường Kiệt", "Nguyễn Trãi", "Nguyễn Du", "Nguyễn Văn Trỗi", "Nguyễn Thị Minh Khai",
    "Võ Thị Sáu", "Chu Văn An", "Quang Trung", "Nguyễn Văn Cừ", "Nguyễn Huệ", "Nguyễn Thái Học",
    "Nguyễn Chí Thanh", "Hoàng Hoa Thám", "Lê Duẩn", "Phan Bội Châu", "Phan Đình Phùng",
    "Nguyễn Trung Trực", "Phan Chu Trinh", "Trần Quốc Toản", "Hai Bà Trưng", "Hoàng Văn Thụ",
    "Đinh Tiên Hoàng", "Lê Quý Đôn", "Phạm Văn Đồng", "Nguyễn Đình Chiểu", "Tôn Đức Thắng",
    "Phạm Ngọc Thạch", "Bùi Thị Xuân", "Nguyễn Văn Linh", "Trường Chinh", "Lý Tự Trọng",
    "Ngô Gia Tự", "Nguyễn Công Trứ", "Phạm Ngũ Lão", "Cách Mạng Tháng Tám", "Điện Biên Phủ",
    "Trần Bình Trọng", "Bà Triệu", "Nguyễn Văn Côn", "Trần Quang Khải", "Lê Lai", "Lý Thái Tổ",
    "Bạch Đằng", "Nguyễn Tri Phương", "Huỳnh Thúc Kháng", "Hoàng Diệu", "Kim Đồng",
    "Nguyễn Bỉnh Khiêm", "Phạm Hồng Thái", "Hà Huy Tập", "Võ Nguyên Giáp", "Hồ Xuân Hương",
    "Lạc Long Quân", "Lương Thế Vinh", "Nguyễn Tất Thành", "Thanh Niên", "Hàm Nghi",
    "Nguyễn Trường Tộ", "Võ Văn Kiệt", "Nguyễn Khuyến", "Phan Đăng Lưu", "Mạc Đĩnh Chi",
    "Nguyễn An Ninh", "Cao Thắng", "Hoàng Quốc Việt", "Nguyễn Thị Định", "Âu Cơ", "Đoàn Thị Điểm",
    "Đào Duy Từ", "Phạm Hùng", "Lê Đại Hành", "Tôn Thất Tùng", "Trương Định", "Trần Nguyên Hãn",
    "Yết Kiêu", "Nguyễn Viết Xuân", "Trần Quang Diệu", "Liên Xã", "Cao Bá Quát", "An Dương Vương",
    "Tô Hiến Thành", "Quốc lộ 14", "Trần Nhân Tông", "Trần Đại Nghĩa", "Nguyễn Đức Cảnh",
    "Trần Khánh Dư", "Thống Nhất", "Trần Nhật Duật", "Nguyễn Lương Bằng", "Hồ Tùng Mậu",
    "Lê Trọng Tấn", "Lê Thánh Tông", "Hòa Bình", "Bế Văn Đàn", "Phùng Hưng", "Tô Hiệu",
    "Nguyễn Thái Bình", "Lý Nam Đế", "Hồ Chí Minh", "Tuệ Tĩnh", "Cù Chính Lan", "Ngô Thì Nhậm",
    "Quốc Lộ 1", "Nguyễn Hữu Cảnh", "Nguyễn Thiện Thuật", "Trần Cao Vân", "Trần Quý Cáp",
    "Đồng Khởi", "Đinh Công Tráng", "Hải Thượng Lãn Ông", "Nguyễn Bình", "Nguyễn Hữu Thọ",
    "Nguyễn Thượng Hiền",
};
const size_t gen_street_count = COUNT(gen_streets);

const char *const gen_hamlets[] = {
    "Thôn 1", "Thôn 2", "Thôn 3", "Thôn 5", "Thôn Đông", "Thôn Đoài", "Thôn Trung", "Thôn Thượng",
    "Thôn Hạ", "Ấp 1", "Ấp 2", "Ấp 3", "Ấp 4", "Ấp Bình Hòa", "Ấp Tân Lập", "Ấp Chợ", "Ấp Thạnh Phú",
    "Xóm 1", "Xóm 4", "Xóm Mới", "Xóm Đình", "Khóm 1", "Khóm 3", "Khóm Đông An", "Khu phố 1",
    "Khu phố 2", "Khu phố 3", "Khu phố 4", "Tổ dân phố 5", "Tổ dân phố 7", "Bản Mới", "Buôn Đung",
    "Làng Trung", "Đội 3", "Đội 6", "Khu 2", "Khu 4", "Tổ 12",
};
const size_t gen_hamlet_count = COUNT(gen_hamlets);

const char *const gen_hospitals[] = {
    "Bệnh viện Từ Dũ", "Bệnh viện Hùng Vương", "Bệnh viện Nhân dân Gia Định",
    "Bệnh viện Đa khoa khu vực Thủ Đức", "Bệnh viện Đại học Y Dược", "Bệnh viện Quận Tân Phú",
    "Bệnh viện Phụ sản Mê Kông", "Bệnh viện Hóc Môn", "Bệnh viện Bình Chánh", "Bệnh viện Quốc Ánh",
    "Bệnh viện Phụ sản Trung ương", "Bệnh viện Bạch Mai", "Bệnh viện Đa khoa tỉnh",
    "Bệnh viện Sản Nhi", "Trung tâm Y tế huyện", "Trạm y tế", "Nhà hộ sinh khu vực", "Tại nhà",
};
const size_t gen_hospital_count = COUNT(gen_hospitals);

const gen_ethnic_group gen_ethnic_groups[] = {
    {"Kinh", "Việt"}, {"Tày", NULL}, {"Thái", "Thai"}, {"Hoa", "Hán"}, {"Khơ-me", "Khmer"},
    {"Mường", NULL}, {"Nùng", NULL}, {"HMông", "H'Mông"}, {"Dao", NULL}, {"Gia-rai", "Jrai"},
    {"Ngái", NULL}, {"Ê-đê", "Ê đê"}, {"Ba na", "Ba-na"}, {"Xơ-Đăng", "Xê Đăng"},
    {"Sán Chay", "Cao Lan"}, {"Cơ-ho", "K'Ho"}, {"Chăm", "Chàm"}, {"Sán Dìu", NULL}, {"Hrê", NULL},
    {"Mnông", "M'Nông"}, {"Ra-glai", "Raglay"}, {"Xtiêng", "S'tiêng"}, {"Bru-Vân Kiều", "Vân Kiều"},
    {"Thổ", NULL}, {"Giáy", NULL}, {"Cơ-tu", "Cơ Tu"}, {"Gié Triêng", NULL}, {"Mạ", NULL},
    {"Khơ-mú", "Khơ Mú"}, {"Co", NULL}, {"Tà-ôi", "Tà Ôi"}, {"Chơ-ro", "Chơ Ro"}, {"Kháng", NULL},
    {"Xinh-mun", NULL}, {"Hà Nhì", NULL}, {"Chu ru", NULL}, {"Lào", NULL}, {"La Chí", NULL},
    {"La Ha", NULL}, {"Phù Lá", NULL}, {"La Hủ", NULL}, {"Lự", NULL}, {"Lô Lô", NULL},
    {"Chứt", NULL}, {"Mảng", NULL}, {"Pà Thẻn", NULL}, {"Co Lao", NULL}, {"Cống", NULL},
    {"Bố Y", NULL}, {"Si La", NULL}, {"Pu Péo", NULL}, {"Brâu", NULL}, {"Ơ Đu", NULL},
    {"Rơ măm", NULL},
};
const size_t gen_ethnic_group_count = COUNT(gen_ethnic_groups);

const char *const gen_ede_men[] = {"Moan", "Thoa", "Blum", "Hươn", "Bhăm", "Wang", "Tlam", "Khoa", "Siu", "Dhăm"};
const size_t gen_ede_men_count = COUNT(gen_ede_men);
const char *const gen_ede_women[] = {"Hen", "Nhi", "Bia", "Linh", "Duên", "Mrao", "Yar", "Nga", "Lan", "Wen"};
const size_t gen_ede_women_count = COUNT(gen_ede_women);
const char *const gen_ede_clans[] = {"Niê", "Êban", "Mlô", "Byă", "Kbuôr", "Ayun", "Hđơk", "Êñuôl", "Kpă", "Buôn"};
const size_t gen_ede_clan_count = COUNT(gen_ede_clans);

const gen_doublet gen_doublets[] = {
    {"Hoàng", "Huỳnh"}, {"Vũ", "Võ"}, {"Phúc", "Phước"}, {"Nhân", "Nhơn"}, {"Nghĩa", "Ngãi"},
    {"Bảo", "Bửu"}, {"Chính", "Chánh"}, {"Sinh", "Sanh"}, {"Lĩnh", "Lãnh"}, {"Thịnh", "Thạnh"},
    {"Thái", "Thới"}, {"Phụng", "Phượng"}, {"Quý", "Quới"}, {"Thư", "Thơ"}, {"Hoa", "Huê"},
    {"Nhật", "Nhựt"}, {"Nhất", "Nhứt"}, {"Chân", "Chơn"}, {"Hồng", "Hường"}, {"Tùng", "Tòng"},
    {"Cảnh", "Kiểng"}, {"Chu", "Châu"},
};
const size_t gen_doublet_count = COUNT(gen_doublets);

const char *const gen_land_uses[] = {
    "ODT", "ONT", "CLN", "LUC", "ODT", "ONT", "BHK", "HNK", "NTS", "RSX", "LUK", "TMD", "SKC", "NKH",
};
const size_t gen_land_use_count = COUNT(gen_land_uses);
