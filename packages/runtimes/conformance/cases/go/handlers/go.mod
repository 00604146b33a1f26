module handlers

go 1.20

require huaweicloud.com/go-runtime v0.0.0

replace huaweicloud.com/go-runtime => ../../../../go-api
