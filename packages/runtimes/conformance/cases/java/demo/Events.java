package demo;

import com.huawei.services.runtime.Context;
import com.huawei.services.runtime.entity.apig.APIGTriggerEvent;
import com.huawei.services.runtime.entity.apig.APIGTriggerResponse;
import com.huawei.services.runtime.entity.dis.DISTriggerEvent;
import com.huawei.services.runtime.entity.kafka.KafkaTriggerEvent;
import com.huawei.services.runtime.entity.lts.LTSTriggerEvent;
import com.huawei.services.runtime.entity.s3obs.S3TriggerEvent;
import com.huawei.services.runtime.entity.smn.SMNTriggerEvent;
import com.huawei.services.runtime.entity.timer.TimerTriggerEvent;
import java.util.HashMap;
import java.util.Map;

/** Events as the SDK's classes show them. */
public class Events {
    public APIGTriggerResponse apig(APIGTriggerEvent event, Context context) {
        Map<String, String> headers = new HashMap<String, String>();
        headers.put("Content-Type", "text/plain");
        String text = event.getHttpMethod() + " " + event.getPath() + " " + event.getRequestContext().getRequestId() + " " + event.getRawBody();
        return new APIGTriggerResponse(201, headers, text);
    }

    public String timer(TimerTriggerEvent event) {
        return event.getTriggerName() + event.getUserEvent();
    }

    public String dis(DISTriggerEvent event) {
        return event.getShardID() + event.getMessage().getRecords().get(0).getRawData();
    }

    public String smn(SMNTriggerEvent event) {
        return event.getRecord().get(0).getSmn().getMessage();
    }

    public String lts(LTSTriggerEvent event) {
        return event.getLts().getRawData();
    }

    public String kafka(KafkaTriggerEvent event) {
        return event.getInstanceId() + event.getRecords().get(0).getMessages();
    }

    public String s3(S3TriggerEvent event) {
        return event.getRecords().get(0).getS3().getBucket().getName() + event.getRecords().get(0).getS3().getObject().getSize();
    }
}
