CREATE TABLE members (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, email varchar(200) NOT NULL COMMENT 'Where we write to', ok tinyint(1), flags bit(8), flag bit(1), small tinyint, medium mediumint unsigned,
  amount decimal(12,2), big decimal(60,30), huge decimal(65,0), ratio float, exact double, born date, at time, made datetime(6), updated_at timestamp NOT NULL DEFAULT current_timestamp(), y year,
  plan enum('a','b'), tags set('x','y'), note longtext, file longblob, bin binary(16), place point, doc json
) COMMENT 'Everybody who ''ever'' signed up';
CREATE TABLE `order lines` (b int, a int, `no name` int, PRIMARY KEY (a, b));
CREATE VIEW active AS SELECT id, email FROM members;
CREATE TABLE hidden (id int);
